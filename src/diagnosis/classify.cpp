#include "jcs/diagnosis/classify.hpp"

#include <cmath>
#include <numeric>

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/inference/probability.hpp"

#include "slice_batches.hpp"

namespace jcs::diagnosis {

std::vector<double> classify_slices(const imaging::CtVolume& volume, const SliceNetwork& classifier,
                                    Progress& progress, const std::stop_token& stop) {
  const imaging::Fit fit = imaging::fit(volume, classifier.preprocessing);
  std::vector<double> probabilities;
  probabilities.reserve(volume.slice_count());
  const auto use = [&](std::span<const std::size_t>, const at::Tensor& answer) {
    const at::Tensor logits = answer.to(torch::kFloat64).contiguous();
    const double* values = logits.const_data_ptr<double>();
    for (std::int64_t i = 0; i < logits.size(0); ++i) {
      const double probability = inference::probability_of_second(values[2 * i], values[2 * i + 1]);
      if (!std::isfinite(values[2 * i]) || !std::isfinite(values[2 * i + 1])) {
        throw WeightsError(
            {"the classifier's answer is no number", classifier.name, "finite logits",
             "slice " + std::to_string(probabilities.size() + 1) + ": " +
                 std::to_string(values[2 * i]) + ", " + std::to_string(values[2 * i + 1])});
      }
      probabilities.push_back(probability);
    }
    progress.update("classifying slices", probabilities.size(), volume.slice_count());
  };
  std::vector<std::size_t> all(volume.slice_count());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for_each_answer({volume, all, fit, {0, 0, fit.input_columns, fit.input_rows}}, classifier, stop,
                  use);
  return probabilities;
}

}  // namespace jcs::diagnosis
