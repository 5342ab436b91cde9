#include <filesystem>
#include <utility>

#include "jcs/evaluation/classification_files.hpp"
#include "jcs/evaluation/comparison.hpp"

#include "common/app.hpp"
#include "common/decoding.hpp"
#include "common/option_flags.hpp"
#include "eval/classification_request.hpp"
#include "eval/document.hpp"
#include "eval/outputs.hpp"
#include "eval/verify_training.hpp"

namespace {

namespace fs = std::filesystem;
using namespace jcs;

constexpr const char* kExamples =
    "  eval_cls --run out/cls --json cls.json --csv predictions.csv\n"
    "      a training run's best weights on its validation slices; every slice's probability "
    "saved\n"
    "  eval_cls --weights cls.safetensors --manifest studies.csv --trained-on train.csv\n"
    "      rows of the manifest may name DICOM folders; their label is the patient's\n"
    "  eval_cls --predictions predictions.csv --choose-on validation.csv --json out.json\n"
    "      columns patient, slice, label, probability; the patients' threshold from other "
    "patients\n"
    "  eval_cls --compare a.csv b.csv\n"
    "      whether b is better than a on the same slices, with an interval\n"
    "  eval_cls --verify cls.json\n"
    "      measures again and compares: hashes of weights and data, then every figure; run.json of "
    "a\n"
    "      training run works too";

struct Arguments {
  app::ClassificationRequest request;
  app::OutputArguments outputs;
};

void add_arguments(app::App& app, Arguments& arguments) {
  CLI::App& cli = app.cli();
  app::ClassificationRequest& request = arguments.request;
  app::add_network_arguments(app, request.network);
  cli.add_option("--save-maps", request.save_maps,
                 "folder for the activation maps of the annotated slices as PNG files; an earlier "
                 "result there is replaced where nothing was added or changed since")
      ->group("Network");
  cli.add_option("--predictions", request.predictions,
                 "CSV file with the columns patient, slice, label, probability and, where slices "
                 "are not labelled, patient_label");
  cli.add_option("--choose-on", request.choose_on,
                 "validation data (predictions, or a manifest for the network) by which "
                 "--positive-slices is chosen");
  app::OptionFlags flags(cli);
  request.options.describe(flags);
  cli.get_option("--choose-on")->excludes("--positive-slices");
  for (const char* name : {"--slice-probability", "--positive-slices"}) {
    CLI::Option* option = cli.get_option(name);
    option->description(option->get_description() + "; default: what the weights say, else " +
                        option->get_default_str());
    option->default_str("");
  }
  app::add_output_arguments(app, arguments.outputs, "file for the predictions, one line a slice",
                            "two files of predictions (--csv) of the same slices");
}

void compare(const Arguments& arguments, app::App& app) {
  const auto& files = arguments.outputs.compare;
  const auto figures =
      evaluation::compare_classifications(files[0], files[1], arguments.request.options);
  app::write({evaluation::to_json(figures),
              {},
              evaluation::to_table(figures, arguments.request.options.bootstrap.confidence)},
             arguments.outputs, app);
}

void verify(const Arguments& arguments, app::App& app) {
  const fs::path& file = arguments.outputs.verify;
  const auto recorded = app::read_json(file);
  if (app::is_training_run(recorded)) {
    app::verify_training<training::ClassifierTrainingOptions>(
        recorded, file, arguments.request.network, arguments.outputs.tolerance, app);
    return;
  }
  app::ClassificationRequest request = app::request_for_slices(recorded, file);
  app::measure_where_told(app, arguments.request.network, request.network);
  const auto answer = app::answer(std::move(request), app);
  app::verify(recorded, answer.document, arguments.outputs, app);
}

void evaluate(const Arguments& arguments, app::App& app) {
  app::ClassificationRequest request = arguments.request;
  request.slice_probability_of_weights = app.cli().count("--slice-probability") == 0;
  request.positive_slices_of_weights = app.cli().count("--positive-slices") == 0;
  const auto answer = app::answer(std::move(request), app);
  app::write({answer.document, evaluation::to_csv(answer.predictions),
              evaluation::to_table(answer.summary, arguments.request.options.bootstrap.confidence)},
             arguments.outputs, app);
}

}  // namespace

int main(int argc, char** argv) {
  app::App app("eval_cls",
               "Measure a slice classifier, or anybody's predictions, by slices and by patients.",
               kExamples);
  Arguments arguments;
  add_arguments(app, arguments);
  app::Decoding decoding(app);
  return app.run(argc, argv, [&] {
    app::prepare_outputs(arguments.outputs, app::files_read_by(arguments.request));
    if (!arguments.outputs.compare.empty()) {
      compare(arguments, app);
    } else if (!arguments.outputs.verify.empty()) {
      verify(arguments, app);
    } else {
      evaluate(arguments, app);
    }
  });
}
