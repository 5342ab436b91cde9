#include "library_convolution.hpp"

#include <optional>
#include <string_view>

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace jcs::inference {

namespace {

// LibTorch's own fused convolutions, which it offers by name only.
using Sizes = at::IntArrayRef;
using Text = std::optional<std::string_view>;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Reorder = at::Tensor(const at::Tensor&, Sizes, Sizes, Sizes, std::int64_t,
                           at::OptionalIntArrayRef);
using Fused = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                         Sizes, Sizes, Sizes, std::int64_t, std::string_view, Scalars, Text);
using FusedAdd = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                            const std::optional<at::Tensor>&, Sizes, Sizes, Sizes, std::int64_t,
                            std::string_view, std::optional<at::Scalar>, Text, Scalars, Text);

template <class Signature>
c10::TypedOperatorHandle<Signature> operation(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

class OneDnnConvolution : public Convolution {
 public:
  OneDnnConvolution(const ConvolutionOptions& options, torch::ScalarType type)
      : options_(options), type_(type), bias_(bias_of(options, type)) {
    static const auto kReorder = operation<Reorder>("mkldnn::_reorder_convolution_weight");
    weight_ = kReorder.call(options.weight.to(type).contiguous(), options.padding, options.stride,
                            options.dilation, options.groups, Sizes(options.input));
    options_.weight.reset();
  }

  at::Tensor run(const std::vector<Part>& parts, const at::Tensor& addend, bool relu,
                 Memory& memory) const override {
    static const auto kFused = operation<Fused>("mkldnn::_convolution_pointwise");
    static const auto kFusedAdd = operation<FusedAdd>("mkldnn::_convolution_pointwise", "binary");
    const at::Tensor x =
        whole(parts, memory).to(type_).contiguous(torch::MemoryFormat::ChannelsLast);
    const c10::List<std::optional<at::Scalar>> no_scalars;
    if (addend.defined()) {
      return kFusedAdd.call(x, addend.to(type_).contiguous(torch::MemoryFormat::ChannelsLast),
                            weight_, bias_, options_.padding, options_.stride, options_.dilation,
                            options_.groups, "add", at::Scalar(1.0), relu ? Text("relu") : Text(),
                            no_scalars, Text());
    }
    return kFused.call(x, weight_, bias_, options_.padding, options_.stride, options_.dilation,
                       options_.groups, relu ? "relu" : "none", no_scalars, Text());
  }

 private:
  static std::optional<at::Tensor> bias_of(const ConvolutionOptions& options,
                                           torch::ScalarType type) {
    return options.bias.defined() ? std::optional(options.bias.to(type)) : std::nullopt;
  }

  ConvolutionOptions options_;
  torch::ScalarType type_;
  std::optional<at::Tensor> bias_;
  at::Tensor weight_;
};

class DeviceConvolution : public Convolution {
 public:
  DeviceConvolution(const ConvolutionOptions& options, const Target& target) : options_(options) {
    const auto placed = at::TensorOptions().dtype(target.type).device(target.device);
    options_.weight = options.weight.to(placed).contiguous(torch::MemoryFormat::ChannelsLast);
    if (options.bias.defined()) options_.bias = options.bias.to(placed);
  }

  at::Tensor run(const std::vector<Part>& parts, const at::Tensor& addend, bool relu,
                 Memory& memory) const override {
    const torch::ScalarType type = options_.weight.scalar_type();
    at::Tensor y =
        at::conv2d(whole(parts, memory).to(type), options_.weight, options_.bias, options_.stride,
                   options_.padding, options_.dilation, options_.groups);
    if (addend.defined()) y.add_(addend.to(type));
    if (relu) y.relu_();
    return y;
  }

 private:
  ConvolutionOptions options_;
};

}  // namespace

std::shared_ptr<const Convolution> library_convolution(const ConvolutionOptions& options,
                                                       const Target& target) {
  if (target.device.is_cpu() && at::globalContext().userEnabledMkldnn()) {
    return std::make_shared<OneDnnConvolution>(options, target.type);
  }
  return std::make_shared<DeviceConvolution>(options, target);
}

}  // namespace jcs::inference
