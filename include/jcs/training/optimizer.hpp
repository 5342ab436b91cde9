#pragma once

#include <memory>

#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include "jcs/training/options.hpp"
#include "jcs/weights/tensor_file.hpp"

namespace jcs::training {

/// The optimizer of every parameter of the network that wants a gradient.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const torch::nn::Module& network,
                                                        const OptimizerOptions& options);

/// Sets the learning rate of all parameters.
void set_learning_rate(torch::optim::Optimizer& optimizer, double rate);

/// The optimizer's memory (moments, momentum, step counts) under names made of the parameters'
/// names.
weights::TensorMap optimizer_state(torch::optim::Optimizer& optimizer,
                                   const torch::nn::Module& network);

/// Puts such a memory back. @throws WeightsError naming what is missing or of another shape.
void restore_optimizer_state(torch::optim::Optimizer& optimizer, const torch::nn::Module& network,
                             const weights::TensorMap& state);

}  // namespace jcs::training
