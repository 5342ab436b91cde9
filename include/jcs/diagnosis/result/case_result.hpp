#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jcs/diagnosis/result/findings.hpp"

namespace jcs::diagnosis {

enum class Verdict {
  kPositive,  ///< more positive slices than the threshold
  kNegative,  ///< not more
  /// the study cannot answer: it has no more slices than the threshold, or a concern is decisive
  kUndetermined
};

/// What was found in one slice; in the order of the volume.
struct SliceResult {
  std::string file;                            ///< relative to the study's folder
  std::string sop_instance_uid;                ///< may be empty
  double location_mm = 0.0;                    ///< along the normal of the slices; NaN: not known
  double probability = 0.0;                    ///< of the positive class, 0 … 1
  bool positive = false;                       ///< probability above CaseResult::slice_probability
  std::optional<std::int64_t> opacity_pixels;  ///< nothing when the slice was not segmented
  std::optional<double> opacity_area_mm2;      ///< nothing also when the spacing is not known
};

/// An activation map of one slice, resized to the slice.
struct ActivationMap {
  std::size_t slice = 0;
  std::vector<float> values;  ///< [row][column], 0 … 1; 0 where the classifier did not look
};

/// One file of weights that the result rests on.
struct WeightsUsed {
  std::string role;  ///< "classifier", "segmenter" or "joint"
  std::string file, sha256, architecture;
};

/// Seconds of one stage, in the order in which the stages ran.
struct StageTime {
  std::string stage;
  double seconds = 0.0;
};

/// Everything that a diagnosis found, plain, without any network. All reports are made from it and
/// from the volume it was found in.
struct CaseResult {
  Verdict verdict = Verdict::kUndetermined;
  int threshold = 0;  ///< slices; the verdict is positive above it
  std::optional<double>
      threshold_fraction;          ///< when the threshold was given as a share of the slices
  double slice_probability = 0.5;  ///< above it a slice is positive; of the classifier's card
  int positive_slices = 0;
  std::vector<SliceResult> slices;

  bool segmented = false;
  std::optional<double> pixel_probability;  ///< above it a pixel belongs to an opacity; of the
                                            ///< segmenter's card; nothing when not segmented
  std::vector<std::uint8_t>
      opacity_mask;  ///< [slice][row][column], 0 or 1; empty when not segmented
  std::optional<double>
      opacity_volume_ml;  ///< nothing when not segmented or the spacing is not known
  std::vector<std::uint8_t>
      lung_mask;      ///< [slice][row][column], a Side or 0; empty where lungs were not found
  Findings findings;  ///< lungs and opacities in clinical terms
  std::vector<Concern> concerns;  ///< what speaks against a verdict; their texts are warnings too
  std::vector<ActivationMap> activation_maps;  ///< of the slices that matter most
  std::string activation_reading;              ///< "paper" or "release"

  std::vector<StageTime> timing;
  std::string device;
  std::string precision;  ///< "fp32", "bf16x3" or "bf16": numbers that the networks computed with
  std::vector<WeightsUsed> weights;
  std::vector<std::string> warnings;  ///< one sentence each
};

constexpr const char* to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPositive:
      return "positive";
    case Verdict::kNegative:
      return "negative";
    case Verdict::kUndetermined:
      break;
  }
  return "undetermined";
}

}  // namespace jcs::diagnosis
