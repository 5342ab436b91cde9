#include "grey_values.hpp"

#include <torch/torch.h>

namespace jcs::inference {

GreyValues::GreyValues(const Preprocessing& preprocessing, const torch::Device& device) {
  constexpr std::int64_t kValues = 256;
  at::Tensor table = at::empty({kValues, 3}, torch::kFloat);
  auto values = table.accessor<float, 2>();
  for (std::int64_t grey = 0; grey < kValues; ++grey) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      values[grey][static_cast<std::int64_t>(channel)] =
          static_cast<float>((static_cast<double>(grey) / 255.0 - preprocessing.mean[channel]) /
                             preprocessing.std[channel]);
    }
  }
  table_ = table.to(device);
}

at::Tensor GreyValues::normalised(const at::Tensor& grey) const {
  return at::embedding(table_, grey.to(torch::kInt)).permute({0, 3, 1, 2});
}

}  // namespace jcs::inference
