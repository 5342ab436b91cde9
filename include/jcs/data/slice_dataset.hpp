#pragma once

#include <cstdint>

#include <torch/types.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/augmentation.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// Which part of a manifest a network learns from.
enum class Purpose {
  kClassification,  ///< every slice with a label
  kSegmentation     ///< every slice with an annotation
};

/// One slice as a network takes it.
struct Sample {
  torch::Tensor image;     ///< float [3, h, w], normalised
  torch::Tensor mask;      ///< float [1, h, w] of 0 and 1; all 0 where there is no annotation
  std::int64_t label = 0;  ///< 0 or 1; 0 where there is none
  std::size_t entry = 0;   ///< index into `entries()`
};

/// The slices of a manifest, read and prepared on demand. Immutable, so that any number of threads
/// may read.
class SliceDataset {
 public:
  /// `clean_slices`: for segmentation, slices with label 0 and no mask count as annotated with
  /// nothing.
  /// @throws InputError when no entry of the manifest serves the purpose, or when a classification
  /// entry has no label.
  SliceDataset(Manifest manifest, Purpose purpose, Preprocessing preprocessing,
               AugmentationOptions augmentation, std::uint64_t seed, bool clean_slices = false);

  [[nodiscard]] std::size_t size() const { return manifest_.entries.size(); }
  [[nodiscard]] const std::vector<ManifestEntry>& entries() const { return manifest_.entries; }
  [[nodiscard]] const Preprocessing& preprocessing() const { return preprocessing_; }

  /// Sample `index` as `epoch` shows it: the same for the same seed, epoch and index, whoever asks.
  /// @throws InputError naming the manifest's line when a file cannot be read, or picture and mask
  /// differ in size.
  [[nodiscard]] Sample get(std::size_t index, std::int64_t epoch) const;

 private:
  Manifest manifest_;
  Purpose purpose_;
  Preprocessing preprocessing_;
  AugmentationOptions augmentation_;
  std::uint64_t seed_;
};

}  // namespace jcs::data
