#include "jcs/weights/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "support/error_line.hpp"

namespace {

using jcs::test::error_line;
using jcs::weights::LoadOptions;
using jcs::weights::LoadReport;
using jcs::weights::TensorMap;
using testing::ElementsAre;
using testing::HasSubstr;

// A linear layer 3 → 2 and a batch norm of two channels.
struct SmallImpl : torch::nn::Module {
  torch::nn::Linear fc = register_module("fc", torch::nn::Linear(3, 2));
  torch::nn::BatchNorm1d bn = register_module("bn", torch::nn::BatchNorm1d(2));
};
TORCH_MODULE(Small);

TensorMap tensors_for_it(at::ScalarType type = at::kFloat) {
  TensorMap tensors;
  tensors.add("fc.weight", at::arange(6, at::kFloat).view({2, 3}).to(type));
  tensors.add("fc.bias", at::tensor({0.5f, -0.5f}).to(type));
  tensors.add("bn.weight", at::tensor({1.5f, 2.5f}).to(type));
  tensors.add("bn.bias", at::tensor({3.5f, 4.5f}).to(type));
  tensors.add("bn.running_mean", at::tensor({5.5f, 6.5f}).to(type));
  tensors.add("bn.running_var", at::tensor({7.5f, 8.5f}).to(type));
  return tensors;
}

TensorMap changed(const TensorMap& tensors, const std::string& name, const at::Tensor& tensor) {
  TensorMap out;
  for (const auto& [key, value] : tensors) {
    if (key != name) {
      out.add(key, value);
    }
  }
  if (tensor.defined()) {
    out.add(name, tensor);
  }
  return out;
}

TEST(Load, FillsParametersAndBuffersOfEveryFloatingType) {
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    Small network;
    const LoadReport report = jcs::weights::load_into(*network, tensors_for_it(type));
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(report.used.size(), 6u);
    EXPECT_EQ(network->fc->weight.scalar_type(), at::kFloat);
    EXPECT_TRUE(network->fc->weight.equal(at::arange(6, at::kFloat).view({2, 3})));
    EXPECT_TRUE(network->bn->running_var.equal(at::tensor({7.5f, 8.5f})));
    EXPECT_TRUE(network->fc->weight.requires_grad());
  }
}

TEST(Load, CountersAreOptionalOnBothSides) {
  Small network;
  const TensorMap with =
      changed(tensors_for_it(), "bn.num_batches_tracked", at::scalar_tensor(12, at::kLong));
  EXPECT_TRUE(jcs::weights::load_into(*network, with).complete());
  EXPECT_EQ(network->bn->num_batches_tracked.item<std::int64_t>(), 12);
  EXPECT_TRUE(jcs::weights::load_into(*network, tensors_for_it()).complete());
  const TensorMap foreign =
      changed(tensors_for_it(), "fc.num_batches_tracked", at::scalar_tensor(1, at::kLong));
  EXPECT_TRUE(jcs::weights::load_into(*network, foreign).complete());
}

TEST(Load, SaysWhatDoesNotFitAndChangesNothing) {
  Small network;
  const at::Tensor before = network->fc->weight.detach().clone();
  LoadOptions options;
  options.source = "x.pth";
  const auto line = [&](const TensorMap& tensors) {
    const std::string text =
        error_line<jcs::WeightsError>([&] { jcs::weights::load_into(*network, tensors, options); });
    EXPECT_TRUE(network->fc->weight.equal(before));
    return text;
  };
  EXPECT_EQ(line(changed(tensors_for_it(), "fc.bias", {})),
            "x.pth: does not fit the network: 5 used, 1 missing (fc.bias)");
  EXPECT_EQ(line(changed(tensors_for_it(), "extra", at::zeros({1}))),
            "x.pth: does not fit the network: 6 used, 1 unexpected (extra)");
  EXPECT_EQ(line(changed(tensors_for_it(), "fc.weight", at::zeros({3, 2}))),
            "x.pth: does not fit the network: 5 used, 1 of another shape or type (fc.weight) "
            "(expected fc.weight [2, 3] float32, got [3, 2] float32)");
  EXPECT_THAT(line(changed(tensors_for_it(), "fc.bias", at::zeros({2}, at::kLong))),
              HasSubstr("got [2] int64"));
  EXPECT_THAT(line(changed(tensors_for_it(), "fc.bias", at::zeros({2}, at::kComplexFloat))),
              HasSubstr("of another shape or type"));
  TensorMap foreign;
  foreign.add("layer1.0.convs.0.weight", at::zeros({1}));
  foreign.add("layer4.0.conv3.weight", at::zeros({1}));
  foreign.add("fc.weight", at::zeros({1}));
  EXPECT_THAT(line(foreign), HasSubstr("it looks like a classifier"));
}

TEST(Load, TakesAPartOnlyWhereAskedTo) {
  Small network;
  TensorMap tensors = changed(tensors_for_it(), "fc.weight", at::zeros({3, 2}));
  tensors = changed(changed(tensors, "fc.bias", {}), "extra", at::zeros({1}));
  LoadOptions options;
  options.partial = true;
  const LoadReport report = jcs::weights::load_into(*network, tensors, options);
  EXPECT_FALSE(report.complete());
  EXPECT_THAT(report.missing, ElementsAre("fc.bias"));
  EXPECT_THAT(report.unexpected, ElementsAre("extra"));
  ASSERT_EQ(report.misfits.size(), 1u);
  EXPECT_EQ(report.misfits[0].name, "fc.weight");
  EXPECT_EQ(jcs::weights::summary(report),
            "4 used, 1 missing (fc.bias), 1 unexpected (extra), 1 of another shape or type "
            "(fc.weight)");
  EXPECT_TRUE(network->bn->weight.equal(at::tensor({1.5f, 2.5f})));
  // Nothing at all is no part.
  TensorMap nothing;
  nothing.add("extra", at::zeros({1}));
  error_line<jcs::WeightsError>([&] { jcs::weights::load_into(*network, nothing, options); });
}

TEST(Load, StateSharesTheNetworksMemory) {
  Small network;
  const TensorMap state = jcs::weights::state_of(*network);
  EXPECT_EQ(state.size(), 7u);
  EXPECT_EQ(state.find("fc.weight")->data_ptr(), network->fc->weight.data_ptr());
  EXPECT_FALSE(state.find("fc.weight")->requires_grad());
}

}  // namespace
