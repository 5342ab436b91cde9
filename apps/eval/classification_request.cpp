#include "eval/classification_request.hpp"

#include <algorithm>
#include <optional>

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
#include "eval/people.hpp"
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

// By what the patients' threshold is chosen.
struct Choice {
  std::optional<data::Manifest> manifest;    // for the network
  std::vector<SlicePrediction> predictions;  // else, and when the network has seen it
  People people;
  ordered_json input;
};

// Reads it before anything is measured.
std::optional<Choice> read_choice(const ClassificationRequest& request, bool network) {
  const fs::path& file = request.choose_on;
  if (file.empty()) {
    return std::nullopt;
  }
  Choice choice;
  if (network && !holds_predictions(file)) {
    choice.manifest = data::read_manifest(file, data::Images::kFilesAndFolders);
    evaluation::require_consistent_labels(*choice.manifest);
    choice.people = people_of(*choice.manifest);
  } else {
    choice.predictions = evaluation::read_predictions(file);
    choice.people = people_of(choice.predictions);
    // Whether it can be chosen by them is known before the long work.
    evaluation::best_positive_slices(choice.predictions, request.options.slice_probability);
  }
  choice.input = input_of(file, sha256_file(file));
  return choice;
}

// The patients' threshold is chosen on other patients than those that it is measured on.
void refuse_common_people(const ClassificationRequest& request, const Choice& choice,
                          const People& measured) {
  if (request.network.allow_overlap) {
    return;
  }
  const auto refuse = [&](const std::string& who) {
    throw InputError(
        {"the threshold would be chosen on " + who + " measured on", request.choose_on.string(),
         request.predictions.empty() ? "other patients; --allow-overlap goes on knowingly"
                                     : "other patients"});
  };
  for (const std::string& patient : measured.patients) {
    if (choice.people.patients.contains(patient)) {
      refuse("patient '" + patient + "', who is");
    }
  }
  for (const fs::path& study : measured.studies) {
    if (choice.people.studies.contains(study)) {
      refuse("study " + study.string() + ", which is");
    }
  }
  if (cannot_be_compared(measured, choice.people)) {
    log_warning(request.choose_on.string() +
                ": of studies that name no patient it was not checked whether their patients are "
                "among those who are named on the other side");
  }
}

// What the weights say of the thresholds holds where nobody said anything else.
void take_thresholds(const weights::DecisionThresholds& thresholds,
                     ClassificationRequest& request) {
  if (request.slice_probability_of_weights) {
    request.options.slice_probability = thresholds.slice_probability;
  }
  if (request.positive_slices_of_weights) {
    request.options.positive_slices = thresholds.positive_slices;
  }
  evaluation::require_valid(request.options);
}

Measured measure_network(ClassificationRequest& request, std::optional<Choice>& choice, App& app) {
  NetworkArguments& network = request.network;
  complete(network, data_of_run(network.run));
  const data::Manifest manifest =
      data::read_manifest(network.manifest, data::Images::kFilesAndFolders);
  evaluation::require_consistent_labels(manifest);
  if (choice) {
    refuse_common_people(request, *choice, people_of(manifest));
  }
  PictureFolder maps(request.save_maps, manifest);
  inference::ClassifierRunner classifier(network.weights, runner_options(network));
  take_thresholds(classifier.card().thresholds, request);
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
  if (choice && choice->manifest) {
    evaluation::ClassifierRunOptions without_maps;
    without_maps.maps = false;
    choice->predictions = evaluation::run_classifier(classifier, *choice->manifest, without_maps,
                                                     app.progress(), app.stop())
                              .predictions;
  }
  return measured;
}

Measured measure_predictions(const ClassificationRequest& request,
                             const std::optional<Choice>& choice) {
  Measured measured;
  measured.predictions = evaluation::read_predictions(request.predictions);
  if (choice) {
    refuse_common_people(request, *choice, people_of(measured.predictions));
  }
  measured.inputs["predictions"] = input_of(request.predictions, sha256_file(request.predictions));
  return measured;
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

void warn_of_few_slices(const evaluation::ClassificationSummary& summary) {
  if (summary.too_few_slices == 0) return;
  log_warning(std::to_string(summary.too_few_slices) + " patient(s) of " +
              std::to_string(summary.threshold) +
              " slices or fewer cannot be positive and count as negative; of such a patient a "
              "diagnosis says that nothing is known");
}

}  // namespace

std::vector<fs::path> files_read_by(const ClassificationRequest& request) {
  std::vector<fs::path> files = files_of(request.network, data_of_run(request.network.run));
  files.insert(files.end(), {request.predictions, request.choose_on});
  return files;
}

ClassificationAnswer answer(ClassificationRequest request, App& app) {
  const bool saved = !request.predictions.empty();
  const bool network = !request.network.run.empty() || !request.network.weights.empty();
  if (saved == network) {
    throw UsageError({"what is to be evaluated?", "command line",
                      "--run, --weights with --manifest, or --predictions"});
  }
  evaluation::require_valid(request.options);  // refuses before the long work, as the next does
  std::optional<Choice> choice = read_choice(request, network);
  Measured measured =
      saved ? measure_predictions(request, choice) : measure_network(request, choice, app);
  if (choice) {
    request.options.positive_slices =
        evaluation::best_positive_slices(choice->predictions, request.options.slice_probability);
    measured.inputs["chosen_on"] = choice->input;
  }
  ClassificationAnswer result;
  result.predictions = std::move(measured.predictions);
  result.summary = evaluation::summarise(result.predictions, request.options);
  warn_of_one_class(result.summary);
  warn_of_few_slices(result.summary);
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
