#include <string>
#include <vector>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/text.hpp"
#include "jcs/evaluation/classification_files.hpp"
#include "jcs/evaluation/comparison.hpp"

#include "common/app.hpp"
#include "common/option_flags.hpp"
#include "common/print.hpp"
#include "eval/classification_request.hpp"
#include "eval/document.hpp"
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
  fs::path json, csv, verify;
  std::vector<fs::path> compare;
  double tolerance = 1e-6;
};

void add_arguments(app::App& app, Arguments& arguments) {
  CLI::App& cli = app.cli();
  app::ClassificationRequest& request = arguments.request;
  app::add_network_arguments(app, request.network);
  cli.add_option("--save-maps", request.save_maps,
                 "folder for the activation maps of the annotated slices as PNG files")
      ->group("Network");
  cli.add_option("--predictions", request.predictions,
                 "CSV file with the columns patient, slice, label, probability and, where slices "
                 "are not labelled, patient_label");
  cli.add_option("--choose-on", request.choose_on,
                 "validation data (predictions, or a manifest for the network) by which "
                 "--positive-slices is chosen");
  app::OptionFlags flags(cli);
  request.options.describe(flags);
  cli.add_option("--json", arguments.json, "file for everything, machine-readable");
  cli.add_option("--csv", arguments.csv, "file for the predictions, one line a slice");
  cli.add_option("--compare", arguments.compare, "two files of predictions of the same slices")
      ->expected(2);
  cli.add_option("--verify", arguments.verify,
                 "file that --json wrote, or run.json of a training: measure again and compare");
  cli.add_option("--tolerance", arguments.tolerance, "largest difference that --verify accepts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void compare(const Arguments& arguments, app::App& app) {
  const auto& options = arguments.request.options;
  const auto figures =
      evaluation::compare_classifications(arguments.compare[0], arguments.compare[1], options);
  if (!arguments.json.empty()) {
    write_file(arguments.json, evaluation::to_json(figures).dump(2) + "\n");
  }
  if (!app.quiet()) {
    app::print(evaluation::to_table(figures, options.bootstrap.confidence));
  }
}

void verify(const Arguments& arguments, app::App& app) {
  const auto recorded = app::read_json(arguments.verify);
  if (app::is_training_run(recorded)) {
    app::verify_training<training::ClassifierTrainingOptions>(
        arguments.verify, arguments.request.network, arguments.tolerance, app);
    return;
  }
  const auto answer = app::answer(app::request_for_slices(recorded, arguments.verify), app);
  const app::Agreement agreement =
      app::compare_documents(recorded, answer.document, arguments.tolerance, arguments.verify);
  if (!app.quiet()) {
    app::print("verified: the inputs' hashes and " + std::to_string(agreement.figures) +
               " figures agree, largest difference " + to_text(agreement.largest_difference) +
               "\n");
  }
}

void evaluate(const Arguments& arguments, app::App& app) {
  app::prepare_output(arguments.csv);
  const auto answer = app::answer(arguments.request, app);
  if (!arguments.json.empty()) {
    write_file(arguments.json, answer.document.dump(2) + "\n");
  }
  if (!arguments.csv.empty()) {
    write_file(arguments.csv, evaluation::to_csv(answer.predictions));
  }
  if (!app.quiet()) {
    app::print(
        evaluation::to_table(answer.summary, arguments.request.options.bootstrap.confidence));
  }
}

}  // namespace

int main(int argc, char** argv) {
  app::App app("eval_cls",
               "Measure a slice classifier, or anybody's predictions, by slices and by patients.",
               kExamples);
  Arguments arguments;
  add_arguments(app, arguments);
  return app.run(argc, argv, [&] {
    app::prepare_output(arguments.json);
    if (!arguments.compare.empty()) {
      compare(arguments, app);
    } else if (!arguments.verify.empty()) {
      verify(arguments, app);
    } else {
      evaluate(arguments, app);
    }
  });
}
