#pragma once

#include <span>
#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/diagnosis/threshold.hpp"

namespace jcs::diagnosis {

/// What the slices' probabilities say about the patient (paper §III: the patient is positive when
/// the number of positive slices is higher than a threshold).
struct Gate {
  Verdict verdict = Verdict::kUndetermined;
  int threshold = 0;  ///< slices
  int positive_slices = 0;
  std::vector<std::string> warnings;  ///< what weakens the verdict, one sentence each
};

/// `probabilities`: of the positive class, one a slice. Positive when more slices than the
/// threshold are positive; undetermined when the study has no more slices than the threshold, so
/// that no finding could make it positive; else negative. Warns when a study has fewer slices than
/// twice a threshold that was given in slices.
Gate gate(std::span<const double> probabilities, const Threshold& threshold,
          double slice_probability = 0.5);

}  // namespace jcs::diagnosis
