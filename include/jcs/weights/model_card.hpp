#pragma once

#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "jcs/core/fields.hpp"
#include "jcs/core/preprocessing.hpp"
#include "jcs/models/options.hpp"
#include "jcs/weights/tensor_file.hpp"

namespace jcs::weights {

/// What a network was trained for.
enum class Task { kClassification, kSegmentation };

/// `classification`, `segmentation`.
std::string to_text(Task task);

/// Where a network's probabilities become decisions. Defaults: the paper's.
struct DecisionThresholds {
  double slice_probability = 0.5;  ///< of the COVID-19 class; above it a slice is positive
  int positive_slices = 25;        ///< with more of them a patient is positive (Table IV)
  double pixel_probability = 0.5;  ///< above it a pixel belongs to an opacity

  bool operator==(const DecisionThresholds&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("slice_probability", slice_probability, "a slice is positive above it", between(0, 1));
    v.field("positive_slices", positive_slices, "a patient is positive with more slices",
            at_least(0));
    v.field("pixel_probability", pixel_probability, "a pixel belongs to an opacity above it",
            between(0, 1));
  }
};

/// All that must be known of a network besides its tensors: whoever has the file needs no other.
struct ModelCard {
  /// Version of the metadata's layout. Files of newer versions are refused.
  static constexpr int kFormatVersion = 1;

  Task task = Task::kClassification;
  models::ClassifierOptions classifier;  ///< the architecture, where the task is classification
  models::SegmenterOptions segmenter;    ///< the architecture, where the task is segmentation
  Preprocessing preprocessing;
  DecisionThresholds thresholds;
  nlohmann::json provenance = nlohmann::json::object();  ///< what it was trained on, free in form

  bool operator==(const ModelCard&) const = default;
};

/// The card as safetensors metadata: `format`, `jcs_format_version`, `task`, and as JSON
/// `architecture`, `preprocessing`, `thresholds`, `provenance`.
std::map<std::string, std::string> to_metadata(const ModelCard& card);

/// The card in a file's metadata, or nothing where it has none.
/// @param where  the file, for messages
/// @throws WeightsError for a card of a newer version, unknown keys, wrong types, values out of
/// range.
std::optional<ModelCard> card_of(const std::map<std::string, std::string>& metadata,
                                 const std::string& where);

/// The card of published files, which have none: the authors' released `single.pth`, `joint.pth`,
/// `res2net_cls.pth` and `res2net_segloss.pth`, told by names and shapes. Their preprocessing is
/// the release's. Res2Net classifiers of other depths and widths are read from the shapes, and so
/// are DSS, EGNet and PoolNet on VGG-16, whose projects use ImageNet's mean and deviation too, and
/// U-Net. Nothing for all other files, among them networks for ImageNet's 1000 classes.
std::optional<ModelCard> card_of_release(const TensorMap& tensors);

/// The Res2Net classifier that these names and shapes belong to, whatever the number of its
/// classes. Nothing when they belong to none.
std::optional<models::ClassifierOptions> classifier_of(const TensorMap& tensors);

}  // namespace jcs::weights
