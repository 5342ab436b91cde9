#include "jcs/models/classifier.hpp"

#include <torch/torch.h>

#include "check.hpp"

namespace jcs::models {

ClassifierImpl::ClassifierImpl(const ClassifierOptions& options)
    : Res2NetImpl(options.backbone), options_(options) {
  check_ranges(options);
  fc_ = register_module(
      "fc", torch::nn::Linear(
                torch::nn::LinearOptions(feature_channels(options.backbone).back(), options.classes)
                    .bias(options.bias)));
}

torch::Tensor ClassifierImpl::head(const torch::Tensor& last) {
  return fc_->forward(last.mean({2, 3}));
}

}  // namespace jcs::models
