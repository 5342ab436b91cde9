#include <string>
#include <vector>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/evaluation/comparison.hpp"
#include "jcs/evaluation/segmentation_files.hpp"

#include "common/app.hpp"
#include "common/option_flags.hpp"
#include "common/print.hpp"
#include "eval/document.hpp"
#include "eval/segmentation_request.hpp"
#include "eval/verify_training.hpp"

namespace {

namespace fs = std::filesystem;
using namespace jcs;

constexpr const char* kExamples =
    "  eval_seg --run out/seg --json seg.json --csv seg.csv\n"
    "      a training run's best weights on its validation slices\n"
    "  eval_seg --weights seg.safetensors --manifest test.csv --trained-on train.csv --json "
    "a.json\n"
    "      weights on other slices, which must not be among those of the training\n"
    "  eval_seg --predictions DIR --annotations DIR --json out.json\n"
    "      PNG files of any program: grey values 0 ... 255 stand for probabilities 0 ... 1\n"
    "  eval_seg --compare a.json b.json\n"
    "      whether b is better than a on the same pictures, with an interval\n"
    "  eval_seg --verify a.json\n"
    "      measures again and compares: hashes of weights and data, then every figure; run.json of "
    "a\n"
    "      training run works too";

struct Arguments {
  app::SegmentationRequest request;
  fs::path json, csv, verify;
  std::vector<fs::path> compare;
  double tolerance = 1e-6;
};

void add_arguments(app::App& app, Arguments& arguments) {
  CLI::App& cli = app.cli();
  app::SegmentationRequest& request = arguments.request;
  app::add_network_arguments(app, request.network);
  cli.add_flag("--clean-slices", request.clean_slices,
               "slices with label 0 and no mask count as annotated with nothing")
      ->group("Network");
  cli.add_option("--save-predictions", request.save_predictions,
                 "folder for the probability maps as PNG files")
      ->group("Network");
  cli.add_option("--predictions", request.predictions, "folder of predicted maps")
      ->group("Pictures");
  cli.add_option("--annotations", request.annotations,
                 "folder of annotations; pictures of one name belong together, a trailing "
                 "_prediction or _annotation does not count")
      ->group("Pictures");
  cli.add_flag("--allow-missing", request.allow_missing,
               "leave out pictures that have no partner, knowingly")
      ->group("Pictures");
  cli.add_option("--threshold", request.threshold,
                 "a pixel is opacity above it; twice-mean: from twice the map's mean on")
      ->capture_default_str();
  cli.add_option(
         "--spacing-mm", request.spacing,
         "distance between rows and between columns, for surface distances; DICOM and NIfTI "
         "files say it themselves")
      ->expected(2);
  app::OptionFlags flags(cli);
  request.bootstrap.describe(flags);
  cli.add_option("--json", arguments.json, "file for everything, machine-readable");
  cli.add_option("--csv", arguments.csv, "file with one line a picture");
  cli.add_option("--compare", arguments.compare, "two files that --json wrote")->expected(2);
  cli.add_option("--verify", arguments.verify,
                 "file that --json wrote, or run.json of a training: measure again and compare");
  cli.add_option("--tolerance", arguments.tolerance, "largest difference that --verify accepts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void write_outputs(const Arguments& arguments, const nlohmann::ordered_json& document) {
  if (!arguments.json.empty()) {
    write_file(arguments.json, document.dump(2) + "\n");
  }
}

void compare(const Arguments& arguments, app::App& app) {
  const auto& bootstrap = arguments.request.bootstrap;
  const auto figures =
      evaluation::compare_segmentations(arguments.compare[0], arguments.compare[1], bootstrap);
  write_outputs(arguments, evaluation::to_json(figures));
  if (!app.quiet()) {
    app::print(evaluation::to_table(figures, bootstrap.confidence));
  }
}

void verify(const Arguments& arguments, app::App& app) {
  const auto recorded = app::read_json(arguments.verify);
  if (app::is_training_run(recorded)) {
    app::verify_training<training::SegmenterTrainingOptions>(
        arguments.verify, arguments.request.network, arguments.tolerance, app);
    return;
  }
  const auto answer = app::answer(app::request_of(recorded, arguments.verify), app);
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
  write_outputs(arguments, answer.document);
  if (!arguments.csv.empty()) {
    write_file(arguments.csv, evaluation::to_csv(answer.pictures));
  }
  if (!app.quiet()) {
    app::print(evaluation::to_table(answer.summary, arguments.request.bootstrap.confidence));
  }
}

}  // namespace

int main(int argc, char** argv) {
  app::App app("eval_seg",
               "Measure an opacity segmenter, or anybody's predictions, against annotations.",
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
