#include "jcs/training/optimizer.hpp"

#include <torch/torch.h>

#include <map>

#include "jcs/core/error.hpp"

namespace jcs::training {

namespace {

using torch::optim::AdamOptions;
using torch::optim::AdamParamState;
using torch::optim::SGDOptions;
using torch::optim::SGDParamState;

class StateReader {
 public:
  explicit StateReader(const NamedTensors& state) : tensors_(state.begin(), state.end()) {}

  torch::Tensor take(const std::string& name, const torch::Tensor& like) const {
    const torch::Tensor tensor = take(name);
    if (tensor.sizes() != like.sizes()) {
      throw WeightsError({"optimizer state of another shape", name});
    }
    return tensor.to(like.options());
  }
  torch::Tensor take(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw WeightsError({"optimizer state is missing", name});
    }
    return found->second;
  }
  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }

 private:
  std::map<std::string, torch::Tensor> tensors_;
};

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
    return std::make_unique<torch::optim::SGD>(
        parameters,
        SGDOptions(options.learning_rate).momentum(options.momentum).weight_decay(options.weight_decay));
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

NamedTensors optimizer_state(torch::optim::Optimizer& optimizer, const torch::nn::Module& network) {
  NamedTensors state;
  for (const auto& parameter : network.named_parameters()) {
    const auto found = optimizer.state().find(parameter.value().unsafeGetTensorImpl());
    if (found == optimizer.state().end()) {
      continue;
    }
    if (const auto* adam = dynamic_cast<const AdamParamState*>(found->second.get())) {
      state.emplace_back(parameter.key() + ".step", torch::tensor(adam->step(), torch::kInt64));
      state.emplace_back(parameter.key() + ".exp_avg", adam->exp_avg());
      state.emplace_back(parameter.key() + ".exp_avg_sq", adam->exp_avg_sq());
    } else if (const auto* sgd = dynamic_cast<const SGDParamState*>(found->second.get())) {
      if (sgd->momentum_buffer().defined()) {
        state.emplace_back(parameter.key() + ".momentum_buffer", sgd->momentum_buffer());
      }
    }
  }
  return state;
}

void restore_optimizer_state(torch::optim::Optimizer& optimizer, const torch::nn::Module& network,
                             const NamedTensors& state) {
  const StateReader reader(state);
  const bool is_adam = dynamic_cast<torch::optim::Adam*>(&optimizer) != nullptr;
  for (const auto& parameter : network.named_parameters()) {
    const std::string& name = parameter.key();
    const torch::Tensor& value = parameter.value();
    if (is_adam && reader.has(name + ".step")) {
      auto adam = std::make_unique<AdamParamState>();
      adam->step(reader.take(name + ".step").item<std::int64_t>());
      adam->exp_avg(reader.take(name + ".exp_avg", value));
      adam->exp_avg_sq(reader.take(name + ".exp_avg_sq", value));
      optimizer.state()[value.unsafeGetTensorImpl()] = std::move(adam);
    } else if (!is_adam && reader.has(name + ".momentum_buffer")) {
      auto sgd = std::make_unique<SGDParamState>();
      sgd->momentum_buffer(reader.take(name + ".momentum_buffer", value));
      optimizer.state()[value.unsafeGetTensorImpl()] = std::move(sgd);
    }
  }
}

}  // namespace jcs::training
