#include "own_convolution.hpp"

#include <algorithm>
#include <span>

#include <torch/torch.h>

#include "jcs/kernels/few_channels.hpp"
#include "jcs/kernels/pointwise.hpp"
#include "jcs/kernels/winograd.hpp"
#include "jcs/models/workers.hpp"

#include "channels_of.hpp"

namespace jcs::inference {

namespace {

// More parts than this are joined before a convolution takes them.
constexpr std::size_t kMostParts = 8;

std::span<const float> values(const at::Tensor& tensor) {
  return tensor.defined() ? std::span<const float>(tensor.const_data_ptr<float>(),
                                                   static_cast<std::size_t>(tensor.numel()))
                          : std::span<const float>();
}

template <class Kernel>
kernels::Extent out_extent(const Kernel&, const kernels::Extent& extent) {
  return extent;
}
kernels::Extent out_extent(const kernels::FewChannels& kernel, const kernels::Extent& extent) {
  return kernel.out_extent(extent);
}

template <class Kernel>
class OwnConvolution : public Convolution {
 public:
  explicit OwnConvolution(Kernel kernel) : kernel_(std::move(kernel)) {}

  at::Tensor run(const std::vector<Part>& x, const at::Tensor& addend, bool relu,
                 Memory& memory) const override {
    std::vector<Part> parts = x;
    if (parts.size() > kMostParts) parts = {{whole(parts, memory), {}}};
    std::vector<kernels::Channels> inputs;
    for (Part& part : parts) {
      part.maps = readable(part.maps.to(torch::kFloat));
      kernels::Channels& input = inputs.emplace_back(channels_of(part.maps));
      if (part.scale.defined()) {
        part.scale = part.scale.contiguous();
        input.scale = part.scale.const_data_ptr<float>();
        input.scale_stride = part.scale.size(1);
      }
    }
    const kernels::Extent extent = extent_of(parts.front().maps);
    const kernels::Extent made = out_extent(kernel_, extent);
    at::Tensor out =
        memory.maps(made.pictures, kernel_.out(), made.height, made.width, torch::kFloat);
    kernels::Output output = {
        .data = out.mutable_data_ptr<float>(), .pixel_stride = kernel_.out(), .relu = relu};
    at::Tensor added;
    if (addend.defined()) {
      added = readable(addend.to(torch::kFloat));
      output.addend = added.const_data_ptr<float>();
      output.addend_stride = pixel_stride(added);
    }
    kernel_.run(inputs, extent, output, models::torch_workers());
    return out;
  }

 private:
  Kernel kernel_;
};

/// AMX multiplies 32 channels at a time: fewer of them are done sooner, and more exactly, without.
kernels::InstructionSet instructions_for(int in, int out, const Target& target) {
  constexpr int kAmxChannels = 32;
  return in < kAmxChannels || out < kAmxChannels / 2
             ? std::min(target.instructions, kernels::InstructionSet::kAvx512)
             : target.instructions;
}

/// Measured against LibTorch's direct sums: ours take a third of the time from a slice to many
/// channels, 0.7 to 0.85 of it from six to eight channels to as few, as long from few to more,
/// where LibTorch's must copy a part of a map first, and less on processors without AVX-512 from
/// six channels on.
bool sums_directly(int in, int out, std::int64_t kernel, bool sees_part,
                   kernels::InstructionSet set) {
  using kernels::InstructionSet;
  constexpr std::int64_t kLargestKernel = 7;
  constexpr int kSlice = 4, kManyOut = 48, kFewest = 6, kFewOut = 8, kMost = 128;
  if (kernel > kLargestKernel || in > kMost) return false;
  return sees_part || (in <= kSlice && out >= kManyOut) ||
         (in >= kFewest &&
          (set == InstructionSet::kAvx2 || (set > InstructionSet::kAvx2 && out <= kFewOut)));
}

}  // namespace

std::shared_ptr<const Convolution> own_convolution(const ConvolutionOptions& options,
                                                   const Target& target) {
  const auto all = [](const std::vector<std::int64_t>& numbers, std::int64_t value) {
    return std::ranges::all_of(numbers, [&](std::int64_t number) { return number == value; });
  };
  const at::Tensor weight = options.weight.contiguous();
  const at::Tensor bias = options.bias.defined() ? options.bias.contiguous() : at::Tensor();
  const auto in = static_cast<int>(weight.size(1)), out = static_cast<int>(weight.size(0));
  const std::int64_t kernel = weight.size(2) == weight.size(3) ? weight.size(2) : 0;
  const std::int64_t stride = options.stride.front(), dilation = options.dilation.front();
  if (options.groups != 1 || !all(options.stride, stride) || !all(options.dilation, dilation)) {
    return nullptr;
  }
  const kernels::InstructionSet set = instructions_for(in, out, target);
  if (kernel == 1 && stride == 1 && all(options.padding, 0)) {
    return std::make_shared<OwnConvolution<kernels::Pointwise>>(
        kernels::Pointwise(values(weight), values(bias), in, out, set, models::torch_workers()));
  }
  // With fewer channels direct sums take half the time: the transforms are most of it.
  constexpr int kWinogradChannels = 16;
  if (kernel == 3 && stride == 1 && std::min(in, out) >= kWinogradChannels &&
      all(options.padding, dilation)) {
    return std::make_shared<OwnConvolution<kernels::Winograd>>(
        kernels::Winograd(values(weight), values(bias), in, out, static_cast<int>(dilation), set,
                          models::torch_workers()));
  }
  const std::int64_t padding = options.padding.front();
  if (kernel > 1 && dilation == 1 && all(options.padding, padding) &&
      sums_directly(in, out, kernel, options.sees_part, set)) {
    const kernels::FewChannels::Shape shape = {.in = in,
                                               .out = out,
                                               .kernel = static_cast<int>(kernel),
                                               .stride = static_cast<int>(stride),
                                               .padding = static_cast<int>(padding)};
    return std::make_shared<OwnConvolution<kernels::FewChannels>>(
        kernels::FewChannels(values(weight), values(bias), shape, set));
  }
  return nullptr;
}

}  // namespace jcs::inference
