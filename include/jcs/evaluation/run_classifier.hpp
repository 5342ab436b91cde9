#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/evaluation/slice_predictions.hpp"
#include "jcs/explain/reading.hpp"
#include "jcs/inference/classifier_runner.hpp"

namespace jcs::evaluation {

/// How much of a slice's activation map lies where a radiologist saw an opacity.
struct MapShare {
  std::string name, patient;
  std::optional<double> inside;  ///< 0 … 1; nothing where the map is 0 everywhere
  double opacity_share = 0.0;    ///< annotated share of the slice: what a flat map would have
};

struct ClassifierRunOptions {
  bool maps = true;  ///< measure the maps of the annotated positive slices
  explain::Reading reading = explain::Reading::kPaper;
  /// Called with every such slice: grey values, map (CV_32FC1, 0 … 1) and annotation, all of the
  /// slice's size.
  std::function<void(const std::string& name, const cv::Mat& grey8, const cv::Mat& map,
                     const cv::Mat& annotation)>
      on_map;
};

struct ClassifierRun {
  std::vector<SlicePrediction> predictions;  ///< in the manifest's order
  std::vector<MapShare> maps;                ///< of the annotated positive slices
};

/// Sees that the labels of a manifest contradict each other nowhere, as summarise() would find out
/// after all was classified: of a patient's studies, and of them and of single slices.
/// @throws InputError naming the manifest's line.
void require_consistent_labels(const data::Manifest& manifest);

/// Classifies every slice of a manifest, labelled or not. Of an entry that is a folder, every slice
/// of the study in it is classified; the entry's label is then the patient's, and the folder's name
/// stands for a patient who is not named. Slices of a study are named by their number (`0012`), and
/// with the folder's name before it (`second_0012`) where several folders are of one patient.
/// Memory: one study at most.
/// @throws InputError naming the manifest's line, before all else where its labels contradict each
/// other; WeightsError when the network's answer is no
/// number, Interrupted.
ClassifierRun run_classifier(inference::ClassifierRunner& classifier,
                             const data::Manifest& manifest, const ClassifierRunOptions& options,
                             Progress& progress, const std::stop_token& stop);

}  // namespace jcs::evaluation
