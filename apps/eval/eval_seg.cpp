#include <cstdint>
#include <filesystem>
#include <utility>

#include "jcs/evaluation/comparison.hpp"
#include "jcs/evaluation/segmentation_files.hpp"

#include "common/app.hpp"
#include "common/decoding.hpp"
#include "common/option_flags.hpp"
#include "eval/document.hpp"
#include "eval/outputs.hpp"
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
  app::OutputArguments outputs;
};

void add_arguments(app::App& app, Arguments& arguments) {
  CLI::App& cli = app.cli();
  app::SegmentationRequest& request = arguments.request;
  app::add_network_arguments(app, request.network);
  cli.add_flag_function(
         "--clean-slices", [&request](std::int64_t given) { request.clean_slices = given > 0; },
         "slices with label 0 and no mask count as annotated with nothing; with --run as its "
         "data.clean_slices says, unless =true or =false is given here")
      ->group("Network");
  cli.add_option(
         "--save-predictions", request.save_predictions,
         "folder for the probability maps as PNG files; an earlier result there is replaced "
         "where nothing was added or changed since")
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
                 "a pixel is opacity above it; twice-mean: from twice the map's mean on; default: "
                 "what the weights say, else 0.5");
  cli.add_option(
         "--spacing-mm", request.spacing,
         "distance between rows and between columns, for surface distances; DICOM and NIfTI "
         "files say it themselves")
      ->expected(2);
  app::OptionFlags flags(cli);
  request.bootstrap.describe(flags);
  app::add_output_arguments(app, arguments.outputs, "file with one line a picture",
                            "two files that --json wrote");
}

void compare(const Arguments& arguments, app::App& app) {
  const auto& files = arguments.outputs.compare;
  const auto figures =
      evaluation::compare_segmentations(files[0], files[1], arguments.request.bootstrap);
  app::write({evaluation::to_json(figures),
              {},
              evaluation::to_table(figures, arguments.request.bootstrap.confidence)},
             arguments.outputs, app);
}

void verify(const Arguments& arguments, app::App& app) {
  const fs::path& file = arguments.outputs.verify;
  const auto recorded = app::read_json(file);
  if (app::is_training_run(recorded)) {
    app::verify_training<training::SegmenterTrainingOptions>(
        recorded, file, arguments.request.network, arguments.outputs.tolerance, app);
    return;
  }
  app::SegmentationRequest request = app::request_of(recorded, file);
  app::measure_where_told(app, arguments.request.network, request.network);
  const auto answer = app::answer(std::move(request), app);
  app::verify(recorded, answer.document, arguments.outputs, app);
}

void evaluate(const Arguments& arguments, app::App& app) {
  app::SegmentationRequest request = arguments.request;
  request.threshold_of_weights = app.cli().count("--threshold") == 0;
  const auto answer = app::answer(std::move(request), app);
  app::write({answer.document, evaluation::to_csv(answer.pictures),
              evaluation::to_table(answer.summary, arguments.request.bootstrap.confidence)},
             arguments.outputs, app);
}

}  // namespace

int main(int argc, char** argv) {
  app::App app("eval_seg",
               "Measure an opacity segmenter, or anybody's predictions, against annotations.",
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
