#include "jcs/training/optimizer.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "support/error_line.hpp"

namespace {

using jcs::training::make_optimizer;
using jcs::training::OptimizerOptions;

class OptimizerTest : public testing::TestWithParam<OptimizerOptions::Kind> {
 protected:
  OptimizerTest() { options_.kind = GetParam(); }
  static torch::nn::Sequential network() {
    torch::manual_seed(3);
    return torch::nn::Sequential(torch::nn::Linear(4, 8), torch::nn::ReLU(),
                                 torch::nn::Linear(8, 1));
  }
  static void steps(torch::nn::Sequential& net, torch::optim::Optimizer& optimizer, int from,
                    int to) {
    for (int i = from; i < to; ++i) {
      const auto x = torch::sin(torch::arange(20, torch::kFloat32).view({5, 4}) + i);
      optimizer.zero_grad();
      net->forward(x).pow(2).mean().backward();
      optimizer.step();
    }
  }
  OptimizerOptions options_;
};

TEST_P(OptimizerTest, GoesOnFromItsStateAsIfNothingHadHappened) {
  options_.weight_decay = 1e-3;
  auto whole = network();
  const auto whole_optimizer = make_optimizer(*whole, options_);
  steps(whole, *whole_optimizer, 0, 10);

  auto first = network();
  const auto first_optimizer = make_optimizer(*first, options_);
  steps(first, *first_optimizer, 0, 4);
  const auto state = jcs::training::optimizer_state(*first_optimizer, *first);
  const auto second_optimizer = make_optimizer(*first, options_);
  jcs::training::restore_optimizer_state(*second_optimizer, *first, state);
  steps(first, *second_optimizer, 4, 10);

  for (std::size_t i = 0; i < whole->parameters().size(); ++i) {
    EXPECT_TRUE(torch::equal(whole->parameters()[i], first->parameters()[i]));
  }
}

TEST_P(OptimizerTest, RefusesAStateOfAnotherShape) {
  auto net = network();
  const auto optimizer = make_optimizer(*net, options_);
  steps(net, *optimizer, 0, 1);
  jcs::weights::TensorMap state;
  for (const auto& [name, tensor] : jcs::training::optimizer_state(*optimizer, *net)) {
    state.add(name, tensor.dim() > 0 ? torch::zeros({1, 2, 3}) : tensor);
  }
  const auto other = make_optimizer(*net, options_);
  const std::string line = jcs::test::error_line<jcs::WeightsError>(
      [&] { jcs::training::restore_optimizer_state(*other, *net, state); });
  EXPECT_NE(line.find("another shape"), std::string::npos);
}

TEST_P(OptimizerTest, SetsTheLearningRateAndLeavesFrozenParametersAlone) {
  auto net = network();
  net->parameters()[0].set_requires_grad(false);
  const auto before = net->parameters()[0].clone();
  const auto optimizer = make_optimizer(*net, options_);
  jcs::training::set_learning_rate(*optimizer, 0.0);
  const auto weights = net->parameters()[2].clone();
  steps(net, *optimizer, 0, 2);
  EXPECT_TRUE(torch::equal(weights, net->parameters()[2]));
  jcs::training::set_learning_rate(*optimizer, 0.1);
  steps(net, *optimizer, 0, 2);
  EXPECT_FALSE(torch::equal(weights, net->parameters()[2]));
  EXPECT_TRUE(torch::equal(before, net->parameters()[0]));
}

INSTANTIATE_TEST_SUITE_P(Kinds, OptimizerTest,
                         testing::Values(OptimizerOptions::Kind::kSgd,
                                         OptimizerOptions::Kind::kAdam),
                         [](const auto& info) {
                           return info.param == OptimizerOptions::Kind::kSgd ? std::string("Sgd")
                                                                             : std::string("Adam");
                         });

}  // namespace
