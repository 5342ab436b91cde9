#include "eval/classification_request.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/data/content.hpp"
#include "jcs/evaluation/classification_files.hpp"
#include "jcs/evaluation/picture_result.hpp"
#include "jcs/evaluation/run_classifier.hpp"
#include "jcs/imaging/overlay.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/metrics/mean.hpp"

#include "eval/document.hpp"
#include "eval/options_of_run.hpp"
#include "eval/picture_folder.hpp"

namespace jcs::app {

namespace fs = std::filesystem;
using evaluation::SlicePrediction;
using nlohmann::ordered_json;

namespace {

cv::Mat with_outline(const cv::Mat& grey8, const cv::Mat& map, const cv::Mat& annotation) {
  cv::Mat picture = imaging::with_heat(grey8, map);
  imaging::draw_outline(picture, annotation, {.red = 255, .green = 255, .blue = 255},
                        std::max(1, picture.cols / 256));
  return picture;
}

struct Measured {
  std::vector<SlicePrediction> predictions;
  std::vector<evaluation::MapShare> maps;
  ordered_json inputs;
};

RunData data_of_run(const fs::path& run) {
  if (run.empty()) {
    return {};
  }
  const auto options = options_of_run<training::ClassifierTrainingOptions>(run);
  return {options.data.train, options.data.validation};
}

// Whether a CSV file holds predictions; if not, it is a manifest.
bool holds_predictions(const fs::path& file) {
  constexpr std::size_t kHeader = std::size_t{1} << 16U;
  InputFile stream(file);
  std::string header(kHeader, '\0');
  stream.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<std::size_t>(stream.gcount()));
  return header.substr(0, header.find('\n')).find("probability") != std::string::npos;
}

// The patients' threshold is chosen on other patients than those that it is measured on.
void refuse_common_patients(const std::vector<SlicePrediction>& chosen_on,
                            const std::vector<SlicePrediction>& measured, const fs::path& file) {
  std::set<std::string> known;
  for (const SlicePrediction& slice : chosen_on) {
    known.insert(slice.patient);
  }
  for (const SlicePrediction& slice : measured) {
    if (!slice.patient.empty() && known.contains(slice.patient)) {
      throw InputError(
          {"the threshold would be chosen on patient '" + slice.patient + "', who is measured on",
           file.string(), "other patients; --allow-overlap goes on knowingly"});
    }
  }
}

Measured measure_network(ClassificationRequest& request, App& app) {
  NetworkArguments& network = request.network;
  complete(network, data_of_run(network.run));
  PictureFolder maps(request.save_maps);
  inference::ClassifierRunner classifier(network.weights, runner_options(network));
  const auto read = [](const fs::path& file) {
    return data::read_manifest(file, data::Images::kFilesAndFolders);
  };
  const data::Manifest manifest = read(network.manifest);
  const std::string overlap =
      check_overlap(network, manifest, classifier.card().provenance, app.progress(), app.stop());
  evaluation::ClassifierRunOptions options;
  if (!request.save_maps.empty()) {
    options.on_map = [&](const std::string& name, const cv::Mat& grey8, const cv::Mat& map,
                         const cv::Mat& annotation) {
      maps.add(name, with_outline(grey8, map, annotation));
    };
  }
  evaluation::ClassifierRun run =
      evaluation::run_classifier(classifier, manifest, options, app.progress(), app.stop());
  maps.commit();
  Measured measured;
  measured.predictions = std::move(run.predictions);
  measured.maps = std::move(run.maps);
  measured.inputs["weights"] = input_of(network.weights, classifier.sha256());
  measured.inputs["data"] = input_of(
      network.manifest,
      data::content_hash(data::with_files_of_folders(manifest), 0, app.progress(), app.stop()));
  if (!network.trained_on.empty()) {
    measured.inputs["trained_on"] = input_of(network.trained_on, sha256_file(network.trained_on));
  }
  measured.inputs["overlap_with_training"] = overlap;
  if (!request.choose_on.empty() && !holds_predictions(request.choose_on)) {
    evaluation::ClassifierRunOptions without_maps;
    without_maps.maps = false;
    const auto chosen_on = evaluation::run_classifier(classifier, read(request.choose_on),
                                                      without_maps, app.progress(), app.stop());
    if (!network.allow_overlap) {
      refuse_common_patients(chosen_on.predictions, measured.predictions, request.choose_on);
    }
    request.options.positive_slices =
        evaluation::best_positive_slices(chosen_on.predictions, request.options.slice_probability);
    measured.inputs["chosen_on"] = input_of(request.choose_on, sha256_file(request.choose_on));
  }
  return measured;
}

Measured measure_predictions(const ClassificationRequest& request) {
  Measured measured;
  measured.predictions = evaluation::read_predictions(request.predictions);
  measured.inputs["predictions"] = input_of(request.predictions, sha256_file(request.predictions));
  return measured;
}

void choose_threshold(ClassificationRequest& request, Measured& measured) {
  if (request.choose_on.empty() || measured.inputs.contains("chosen_on")) {
    return;
  }
  const auto chosen_on = evaluation::read_predictions(request.choose_on);
  if (!request.network.allow_overlap) {
    refuse_common_patients(chosen_on, measured.predictions, request.choose_on);
  }
  request.options.positive_slices =
      evaluation::best_positive_slices(chosen_on, request.options.slice_probability);
  measured.inputs["chosen_on"] = input_of(request.choose_on, sha256_file(request.choose_on));
}

// How much of the activation maps lies inside the opacities (Figure 9).
ordered_json map_figures(const std::vector<evaluation::MapShare>& maps,
                         const metrics::BootstrapOptions& options) {
  std::vector<std::optional<double>> shares;
  std::vector<std::string> patients;
  metrics::Mean mean, chance;
  ordered_json list = ordered_json::array();
  for (const evaluation::MapShare& map : maps) {
    shares.push_back(map.inside);
    patients.push_back(map.patient);
    mean.add(map.inside);
    chance.add(map.opacity_share);
    list.push_back({{"name", map.name},
                    {"patient", map.patient},
                    {"inside", map.inside ? ordered_json(*map.inside) : ordered_json(nullptr)},
                    {"opacity_share", map.opacity_share}});
  }
  const auto interval =
      metrics::bootstrap_mean(shares, evaluation::groups_of(patients).of, options).interval;
  const auto or_null = [](const auto& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
  };
  return {{"mean", or_null(mean.value())},
          {"interval",
           interval ? ordered_json({interval->low, interval->high}) : ordered_json(nullptr)},
          {"slices", mean.count()},
          {"undefined", mean.undefined()},
          {"opacity_share", or_null(chance.value())},
          {"list", list}};
}

ordered_json settings_of(const ClassificationRequest& request) {
  ordered_json settings = {{"slice_probability", request.options.slice_probability},
                           {"positive_slices", request.options.positive_slices},
                           {"bins", request.options.bins}};
  settings.update(common_settings(request.network, request.options.bootstrap));
  return settings;
}

void warn_of_one_class(const evaluation::ClassificationSummary& summary) {
  if (summary.labelled_slices == 0) {
    log_warning("no slice is labelled: slices have no figures");
  } else if (!summary.roc_area.value) {
    log_warning("all labelled slices are of one class: areas are undefined");
  }
  if (!summary.patient_roc_area.value) {
    log_warning("all patients known are of one class: the patients' area is undefined");
  }
}

}  // namespace

ClassificationAnswer answer(ClassificationRequest request, App& app) {
  const bool saved = !request.predictions.empty();
  const bool network = !request.network.run.empty() || !request.network.weights.empty();
  if (saved == network) {
    throw UsageError({"what is to be evaluated?", "command line",
                      "--run, --weights with --manifest, or --predictions"});
  }
  Measured measured = saved ? measure_predictions(request) : measure_network(request, app);
  choose_threshold(request, measured);
  ClassificationAnswer result;
  result.predictions = std::move(measured.predictions);
  result.summary = evaluation::summarise(result.predictions, request.options);
  warn_of_one_class(result.summary);
  ordered_json figures = evaluation::to_json(result.summary);
  if (!measured.maps.empty()) {
    figures["slices"]["map_inside"] = map_figures(measured.maps, request.options.bootstrap);
  }
  result.document =
      document_of("eval_cls", std::move(measured.inputs), settings_of(request), figures);
  return result;
}

ClassificationRequest request_for_slices(const ordered_json& document, const fs::path& file) {
  const RecordedRequest recorded(document, "eval_cls", file);
  ClassificationRequest request;
  request.network = recorded.network();
  request.predictions = recorded.input("predictions");
  request.choose_on = recorded.input("chosen_on");
  request.options.slice_probability = recorded.setting<double>("slice_probability");
  request.options.positive_slices = recorded.setting<int>("positive_slices");
  request.options.bins = recorded.setting<int>("bins");
  request.options.bootstrap = recorded.bootstrap();
  return request;
}

}  // namespace jcs::app
