#pragma once

#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels::test {

/// The instruction sets that this machine has, the baseline first.
inline std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const auto set : {InstructionSet::kBaseline, InstructionSet::kAvx2, InstructionSet::kAvx512,
                         InstructionSet::kAmx}) {
    if (set <= widest_instruction_set()) sets.push_back(set);
  }
  return sets;
}

/// Random maps [N, C, h, w] in channels-last order.
inline torch::Tensor random_maps(std::int64_t pictures, std::int64_t channels, std::int64_t height,
                                 std::int64_t width) {
  return torch::randn({pictures, channels, height, width})
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

inline std::span<const float> values(const torch::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// All channels of maps whose pixels are `pixel_stride` floats apart.
inline Channels channels(const torch::Tensor& maps, std::int64_t pixel_stride = 0) {
  return {maps.const_data_ptr<float>(), static_cast<int>(maps.size(1)),
          pixel_stride > 0 ? pixel_stride : maps.size(1)};
}

inline Extent extent(const torch::Tensor& maps) {
  return {maps.size(0), maps.size(2), maps.size(3)};
}

/// Largest difference as a share of the largest value of `expected`.
inline double difference(const torch::Tensor& got, const torch::Tensor& expected) {
  return ((got.to(torch::kDouble) - expected).abs().max() / expected.abs().max()).item<double>();
}

/// LibTorch's convolution in double precision; the map keeps its size.
inline torch::Tensor direct(const torch::Tensor& x, const torch::Tensor& weight,
                            const torch::Tensor& bias, int dilation = 1) {
  const std::int64_t padding = dilation * (weight.size(2) / 2);
  return torch::conv2d(x.to(torch::kDouble), weight.to(torch::kDouble),
                       bias.defined() ? bias.to(torch::kDouble) : bias, 1, padding, dilation);
}

/// What a kernel gives for these parts, in memory that held something else before.
template <class Kernel>
torch::Tensor run(const Kernel& kernel, std::span<const Channels> parts, const Extent& size,
                  Output output = {}, const Workers& workers = openmp_threads(2)) {
  torch::Tensor out = torch::full({size.pictures, kernel.out(), size.height, size.width}, -77.0F)
                          .contiguous(torch::MemoryFormat::ChannelsLast);
  output.data = out.mutable_data_ptr<float>();
  output.pixel_stride = kernel.out();
  kernel.run(parts, size, output, workers);
  return out;
}

/// An instruction set's name as part of a test's.
inline std::string test_name(const testing::TestParamInfo<InstructionSet>& info) {
  std::string text = name(info.param);
  std::erase(text, '-');
  return text;
}

}  // namespace jcs::kernels::test
