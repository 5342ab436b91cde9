#include "jcs/diagnosis/gate.hpp"

#include <algorithm>

namespace jcs::diagnosis {

namespace {

std::string slices_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " slice" : " slices");
}

}  // namespace

Gate gate(std::span<const double> probabilities, const Threshold& threshold,
          double slice_probability) {
  Gate result;
  const std::size_t slices = probabilities.size();
  result.threshold = threshold.slices(slices);
  result.positive_slices = static_cast<int>(
      std::count_if(probabilities.begin(), probabilities.end(),
                    [&](double probability) { return probability > slice_probability; }));

  const auto limit = static_cast<std::size_t>(result.threshold);
  if (slices <= limit) {
    result.verdict = Verdict::kUndetermined;
    result.warnings.push_back("The study has " + slices_text(slices) +
                              ", no more than the threshold of " + std::to_string(limit) +
                              ": it cannot be told positive from negative.");
    return result;
  }
  result.verdict =
      result.positive_slices > result.threshold ? Verdict::kPositive : Verdict::kNegative;
  if (!threshold.fraction && slices < 2 * limit) {
    result.warnings.push_back("The study has only " + slices_text(slices) +
                              ", fewer than twice the threshold of " + std::to_string(limit) +
                              ": a threshold given as a share of the slices may suit it better.");
  }
  return result;
}

}  // namespace jcs::diagnosis
