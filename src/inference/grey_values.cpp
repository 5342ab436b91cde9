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

at::Tensor GreyValues::normalised(const at::Tensor& grey, Memory& memory) const {
  if (grey.is_cpu() && grey.is_contiguous()) {
    at::Tensor maps = memory.maps(grey.size(0), 3, grey.size(1), grey.size(2), torch::kFloat);
    const auto* const values = table_.const_data_ptr<float>();
    const auto* const from = grey.const_data_ptr<std::uint8_t>();
    auto* to = maps.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < grey.numel(); ++i, to += 3) {
      const float* const value = values + 3 * std::int64_t{from[i]};
      to[0] = value[0];
      to[1] = value[1];
      to[2] = value[2];
    }
    return maps;
  }
  return at::embedding(table_, grey.to(torch::kInt)).permute({0, 3, 1, 2});
}

}  // namespace jcs::inference
