#include "jcs/training/optimizer.hpp"

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/weights/load.hpp"

namespace jcs::training {

namespace {

using torch::optim::AdamOptions;
using torch::optim::AdamParamState;
using torch::optim::SGDOptions;
using torch::optim::SGDParamState;

torch::Tensor taken(const weights::TensorMap& state, const std::string& name) {
  const torch::Tensor* found = state.find(name);
  if (found == nullptr) {
    throw WeightsError({"optimizer state is missing", name});
  }
  return *found;
}

std::int64_t taken_count(const weights::TensorMap& state, const std::string& name) {
  const torch::Tensor tensor = taken(state, name);
  if (tensor.scalar_type() != torch::kInt64 || tensor.dim() != 0) {
    throw WeightsError({"optimizer state is no count", name, "one int64",
                        weights::shape_text(tensor) + " " + weights::type_name(tensor)});
  }
  const auto count = tensor.item<std::int64_t>();
  if (count < 0) {
    throw WeightsError({"optimizer state is no count", name, "0 or more", std::to_string(count)});
  }
  return count;
}

torch::Tensor taken(const weights::TensorMap& state, const std::string& name,
                    const torch::Tensor& like) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor tensor = taken(state, name);
  if (tensor.sizes() != like.sizes() || tensor.scalar_type() != like.scalar_type()) {
    throw WeightsError({"optimizer state of another shape or type", name});
  }
  // A copy: the optimizer writes into it, and the file's memory may be shared or read-only.
  // Its layout in memory is the weight's.
  return torch::empty_like(like).copy_(tensor);
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const torch::nn::Module& network,
                                                        const OptimizerOptions& options) {
  std::vector<torch::Tensor> parameters;
  for (const torch::Tensor& parameter : network.parameters()) {
    if (parameter.requires_grad()) {
      parameters.push_back(parameter);
    }
  }
  if (options.kind == OptimizerOptions::Kind::kSgd) {
    return std::make_unique<torch::optim::SGD>(parameters, SGDOptions(options.learning_rate)
                                                               .momentum(options.momentum)
                                                               .weight_decay(options.weight_decay));
  }
  return std::make_unique<torch::optim::Adam>(
      parameters, AdamOptions(options.learning_rate)
                      .betas(std::make_tuple(options.beta1, options.beta2))
                      .weight_decay(options.weight_decay));
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) {
    group.options().set_lr(rate);
  }
}

weights::TensorMap optimizer_state(torch::optim::Optimizer& optimizer,
                                   const torch::nn::Module& network) {
  weights::TensorMap state;
  for (const auto& parameter : network.named_parameters()) {
    const auto found = optimizer.state().find(parameter.value().unsafeGetTensorImpl());
    if (found == optimizer.state().end()) {
      continue;
    }
    if (const auto* adam = dynamic_cast<const AdamParamState*>(found->second.get())) {
      state.add(parameter.key() + ".step", torch::tensor(adam->step(), torch::kInt64));
      state.add(parameter.key() + ".exp_avg", adam->exp_avg());
      state.add(parameter.key() + ".exp_avg_sq", adam->exp_avg_sq());
    } else if (const auto* sgd = dynamic_cast<const SGDParamState*>(found->second.get())) {
      if (sgd->momentum_buffer().defined()) {
        state.add(parameter.key() + ".momentum_buffer", sgd->momentum_buffer());
      }
    }
  }
  return state;
}

void restore_optimizer_state(torch::optim::Optimizer& optimizer, const torch::nn::Module& network,
                             const weights::TensorMap& state) {
  const bool is_adam = dynamic_cast<torch::optim::Adam*>(&optimizer) != nullptr;
  for (const auto& parameter : network.named_parameters()) {
    const std::string& name = parameter.key();
    const torch::Tensor& value = parameter.value();
    if (is_adam && state.contains(name + ".step")) {
      auto adam = std::make_unique<AdamParamState>();
      adam->step(taken_count(state, name + ".step"));
      adam->exp_avg(taken(state, name + ".exp_avg", value));
      adam->exp_avg_sq(taken(state, name + ".exp_avg_sq", value));
      optimizer.state()[value.unsafeGetTensorImpl()] = std::move(adam);
    } else if (!is_adam && state.contains(name + ".momentum_buffer")) {
      auto sgd = std::make_unique<SGDParamState>();
      sgd->momentum_buffer(taken(state, name + ".momentum_buffer", value));
      optimizer.state()[value.unsafeGetTensorImpl()] = std::move(sgd);
    }
  }
}

}  // namespace jcs::training
