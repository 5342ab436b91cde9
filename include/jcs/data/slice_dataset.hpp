#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/augmentation.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/data/mixup.hpp"
#include "jcs/data/sampling.hpp"
#include "jcs/data/slice_cache.hpp"

namespace jcs::data {

/// Which part of a manifest a network learns from.
enum class Purpose {
  kClassification,  ///< every slice with a label
  kSegmentation     ///< every slice with an annotation
};

/// How a manifest becomes a dataset.
struct SliceDatasetOptions {
  Purpose purpose = Purpose::kClassification;
  Preprocessing preprocessing;
  AugmentationOptions augmentation;
  std::uint64_t seed = 0;
  /// Segmentation: slices with label 0 and no mask count as annotated with nothing.
  bool clean_slices = false;
  /// Classification: read the annotations of positive slices as well, for the supervision of the
  /// activation map.
  bool annotations = false;
  double mixup_alpha = 0.0;          ///< classification: α of mixup (paper, equation 3); 0: none
  Balance balance = Balance::kNone;  ///< of an epoch, which slices that are mixed in keep up
  std::filesystem::path cache{};     ///< folder of decoded slices; empty: decoded every time
};

/// One slice as a network takes it.
struct Sample {
  torch::Tensor image;  ///< float [3, h, w], normalised; undefined where there are features
  /// In place of the image, where the manifest lists stage-1 features: the encoder's behind
  /// conv1_2, float [64, h, w], and the classifier's behind its stem, float [64, ⌈h/2⌉, ⌈w/2⌉].
  torch::Tensor encoder_first, classifier_stem;
  torch::Tensor mask;      ///< float [1, h, w] of 0 and 1; all 0 where there is no annotation
  std::int64_t label = 0;  ///< 0 or 1; 0 where there is none
  float target = 0;        ///< probability of label 1: the label itself, or the mixture's
  bool annotated = false;  ///< `mask` is a positive slice's annotation
  std::size_t entry = 0;   ///< index into `entries()`
};

/// Whether the entry's image is a file of stage-1 features (`.mat`) in place of a slice.
bool holds_features(const ManifestEntry& entry);

/// The slices of a manifest, read and prepared on demand. Immutable, so that any number of threads
/// may read.
class SliceDataset {
 public:
  /// @throws InputError when no entry of the manifest serves the purpose, when it lists both
  /// pictures and stage-1 features, or features for classification; UsageError when features are to
  /// be changed in another way than by flips.
  SliceDataset(Manifest manifest, const SliceDatasetOptions& options);

  [[nodiscard]] std::size_t size() const { return manifest_.entries.size(); }
  [[nodiscard]] const std::vector<ManifestEntry>& entries() const { return manifest_.entries; }
  [[nodiscard]] const Preprocessing& preprocessing() const { return options_.preprocessing; }
  /// Whether samples hold stage-1 features in place of images.
  [[nodiscard]] bool gives_features() const { return holds_features(manifest_.entries.front()); }

  /// Sample `index` as `epoch` shows it for the first time, or again: the same for the same seed,
  /// epoch, index and number, whoever asks.
  /// With mixup, picture and target are mixed; annotation and label are those of the slice that has
  /// the larger share.
  /// @param again how often the epoch has shown the slice before
  /// @throws InputError naming the manifest's line when a file cannot be read, picture and mask
  /// differ in size, or the slice is too small for the crop.
  [[nodiscard]] Sample get(std::size_t index, std::int64_t epoch, std::uint64_t again = 0) const;

 private:
  void check_features() const;
  [[nodiscard]] std::string where(const ManifestEntry& entry) const;
  [[nodiscard]] cv::Mat read_mask_of(const ManifestEntry& entry) const;
  [[nodiscard]] Picture read(const ManifestEntry& entry) const;
  [[nodiscard]] Sample features_of(std::size_t index, Random random) const;
  [[nodiscard]] Sample prepared(std::size_t index, Random random) const;

  Manifest manifest_;
  SliceDatasetOptions options_;
  std::optional<MixupPairs> pairs_;
  std::shared_ptr<const SliceCache> cache_;
};

}  // namespace jcs::data
