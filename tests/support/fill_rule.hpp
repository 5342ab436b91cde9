#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/Tensor.h>

namespace jcs::test {

/// CRC-32 as zip files use it.
inline std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffffu;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
    }
  }
  return ~crc;
}

/// The numbers that the reference networks have in the tensor `name`: a Mersenne Twister seeded
/// with the CRC-32 of the name, scaled by what kind of tensor it is; float32, or int64 for
/// `num_batches_tracked`.
inline at::Tensor fill_rule(const std::string& name, const std::vector<std::int64_t>& sizes) {
  const std::string last = name.substr(name.rfind('.') + 1);
  if (last == "num_batches_tracked") {
    return at::zeros(sizes, at::kLong);
  }
  at::Tensor tensor = at::empty(sizes, at::kFloat);
  const double bound =
      !sizes.empty()
          ? std::sqrt(6.0 * static_cast<double>(sizes[0]) / static_cast<double>(tensor.numel()))
          : 0.0;
  const auto value = [&](double u) {
    if (last == "running_var") {
      return 0.5 + u;
    }
    if (last == "running_mean" || last == "bias") {
      return 0.2 * (u - 0.5);
    }
    if (last == "weight" && sizes.size() == 1) {
      return name.ends_with("bn3.weight") ? 0.15 + 0.1 * u : 0.75 + 0.5 * u;
    }
    return (2.0 * u - 1.0) * bound;
  };
  std::mt19937 twister(crc32(name));
  auto* out = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    out[i] = static_cast<float>(value((static_cast<double>(twister()) + 0.5) / 4294967296.0));
  }
  return tensor;
}

}  // namespace jcs::test
