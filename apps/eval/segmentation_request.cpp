#include "eval/segmentation_request.hpp"

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/content.hpp"
#include "jcs/evaluation/picture_pairs.hpp"
#include "jcs/evaluation/run_segmenter.hpp"
#include "jcs/evaluation/segmentation_files.hpp"
#include "jcs/inference/segmenter_runner.hpp"

#include "eval/document.hpp"
#include "eval/options_of_run.hpp"
#include "eval/picture_folder.hpp"

namespace jcs::app {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

metrics::OverlapOptions binarisation_of(const std::string& text) {
  if (text == "twice-mean" || text == "twice_mean") {
    return {.binarisation = metrics::Binarisation::kTwiceMean};
  }
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number > 1) {
    throw UsageError({"no threshold of a probability", "--threshold", "0 ... 1 or twice-mean",
                      "'" + text + "'"});
  }
  return {.threshold = *number};
}

evaluation::PixelSpacing spacing_of(const std::vector<double>& spacing) {
  if (spacing.empty()) {
    return {};
  }
  for (const double mm : spacing) {
    if (!(mm > 0 && mm < 1000)) {
      throw UsageError({"no distance between pixels", "--spacing-mm", "more than 0 mm, below 1000",
                        to_text(mm)});
    }
  }
  return {spacing[0], spacing[1]};
}

struct Measured {
  std::vector<evaluation::PictureResult> pictures;
  ordered_json inputs;
};

training::DataOptions data_of_run(const fs::path& run) {
  if (run.empty()) {
    return {};
  }
  return options_of_run<training::SegmenterTrainingOptions>(run).data;
}

Measured measure_network(SegmentationRequest& request, App& app) {
  NetworkArguments& network = request.network;
  const training::DataOptions trained = data_of_run(network.run);
  complete(network, {trained.train, trained.validation});
  if (!request.clean_slices) {
    // A run's figures are of the slices that it validated on.
    request.clean_slices = trained.clean_slices;
  }
  const data::Manifest manifest = data::read_manifest(network.manifest);
  PictureFolder maps(request.save_predictions, manifest);
  inference::SegmenterRunner segmenter(network.weights, runner_options(network));
  const std::string overlap =
      check_overlap(network, manifest, segmenter.card().provenance, app.progress(), app.stop());
  if (request.threshold_of_weights) {
    request.threshold = to_text(segmenter.card().thresholds.pixel_probability);
  }
  evaluation::SegmenterRunOptions options;
  options.binarisation = binarisation_of(request.threshold);
  options.spacing = spacing_of(request.spacing);
  options.clean_slices = *request.clean_slices;
  if (!request.save_predictions.empty()) {
    options.on_map = [&](const std::string& name, const cv::Mat& map) {
      cv::Mat grey;
      map.convertTo(grey, CV_8U, 255.0);
      maps.add(name, grey);
    };
  }
  Measured measured;
  measured.pictures =
      evaluation::run_segmenter(segmenter, manifest, options, app.progress(), app.stop());
  maps.commit();
  measured.inputs["weights"] = input_of(network.weights, segmenter.sha256());
  measured.inputs["data"] =
      input_of(network.manifest, data::content_hash(manifest, 0, app.progress(), app.stop()));
  if (!network.trained_on.empty()) {
    measured.inputs["trained_on"] = input_of(network.trained_on, sha256_file(network.trained_on));
  }
  measured.inputs["overlap_with_training"] = overlap;
  return measured;
}

Measured measure_pictures(const SegmentationRequest& request, App& app) {
  const auto found =
      evaluation::find_pairs(request.predictions, request.annotations, request.allow_missing);
  if (found.unpaired > 0) {
    log_warning(std::to_string(found.unpaired) +
                " pictures have no partner and are left out: the figures are of the others");
  }
  Measured measured;
  measured.pictures = evaluation::score_pairs(found.pairs, spacing_of(request.spacing),
                                              binarisation_of(request.threshold),
                                              request.network.threads, app.progress(), app.stop());
  std::vector<fs::path> predictions, annotations;
  for (const auto& pair : found.pairs) {
    predictions.push_back(pair.prediction);
    annotations.push_back(pair.annotation);
  }
  measured.inputs["predictions"] = input_of(request.predictions, hash_of_files(predictions));
  measured.inputs["annotations"] = input_of(request.annotations, hash_of_files(annotations));
  measured.inputs["unpaired"] = found.unpaired;
  return measured;
}

ordered_json settings_of(const SegmentationRequest& request) {
  ordered_json settings = {{"threshold", request.threshold},
                           {"spacing_mm", request.spacing},
                           {"clean_slices", request.clean_slices.value_or(false)},
                           {"allow_missing", request.allow_missing}};
  settings.update(common_settings(request.network, request.bootstrap));
  return settings;
}

}  // namespace

std::vector<fs::path> files_read_by(const SegmentationRequest& request) {
  const training::DataOptions trained = data_of_run(request.network.run);
  return files_of(request.network, {trained.train, trained.validation});
}

SegmentationAnswer answer(SegmentationRequest request, App& app) {
  const bool pictures = !request.predictions.empty() || !request.annotations.empty();
  const bool network = !request.network.run.empty() || !request.network.weights.empty();
  if (pictures == network) {
    throw UsageError({"what is to be evaluated?", "command line",
                      "--run, --weights with --manifest, or --predictions with --annotations"});
  }
  if (pictures && (request.predictions.empty() || request.annotations.empty())) {
    throw UsageError({"predictions and annotations are compared with each other",
                      request.predictions.empty() ? "--predictions" : "--annotations", "a folder"});
  }
  binarisation_of(request.threshold);  // refuses before the long work
  spacing_of(request.spacing);
  metrics::require_valid(request.bootstrap);
  Measured measured = pictures ? measure_pictures(request, app) : measure_network(request, app);
  SegmentationAnswer result;
  result.pictures = std::move(measured.pictures);
  result.summary = evaluation::summarise(result.pictures, request.bootstrap);
  result.document = document_of("eval_seg", std::move(measured.inputs), settings_of(request),
                                evaluation::to_json(result.pictures, result.summary));
  return result;
}

SegmentationRequest request_of(const ordered_json& document, const fs::path& file) {
  const RecordedRequest recorded(document, "eval_seg", file);
  SegmentationRequest request;
  request.network = recorded.network();
  request.predictions = recorded.input("predictions");
  request.annotations = recorded.input("annotations");
  request.threshold = recorded.setting<std::string>("threshold");
  request.spacing = recorded.setting<std::vector<double>>("spacing_mm");
  request.clean_slices = recorded.setting<bool>("clean_slices");
  request.allow_missing = recorded.setting<bool>("allow_missing");
  request.bootstrap = recorded.bootstrap();
  return request;
}

}  // namespace jcs::app
