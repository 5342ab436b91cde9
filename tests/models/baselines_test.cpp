#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/models/dss.hpp"
#include "jcs/models/segmentation_network.hpp"
#include "jcs/models/segmenter.hpp"

#include "support/error_line.hpp"

namespace {

using namespace jcs::models;
using jcs::test::error_line;
using Architecture = SegmenterOptions::Architecture;
using Size = std::vector<std::int64_t>;

constexpr int kCompact = 8;

SegmentationNetwork compact(Architecture architecture) {
  torch::manual_seed(3);
  return make_segmentation_network(SegmenterOptions::baseline(architecture, kCompact));
}

std::int64_t weights_of(const torch::nn::Module& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) {
    count += parameter.numel();
  }
  return count;
}

struct Baseline {
  Architecture architecture;
  const char* name;
  std::int64_t maps;
  double full_millions;
};

class Baselines : public testing::TestWithParam<Baseline> {};

TEST_P(Baselines, GiveMapsOfAnySizeOfInput) {
  const torch::NoGradGuard no_grad;
  auto net = compact(GetParam().architecture);
  net->eval();
  for (const auto& [h, w] : {std::pair{160, 96}, std::pair{97, 131}, std::pair{32, 33}}) {
    const auto x = torch::randn({2, 3, h, w});
    const auto all = net->forward(x);
    ASSERT_EQ(all.sizes(), (Size{2, GetParam().maps, h, w}));
    EXPECT_TRUE(all.is_contiguous());
    EXPECT_TRUE(all.isfinite().all().item<bool>());
    const auto probability = net->probability(x);
    ASSERT_EQ(probability.sizes(), (Size{2, 1, h, w}));
    EXPECT_GE(probability.min().item<float>(), 0.0F);
    EXPECT_LE(probability.max().item<float>(), 1.0F);
    torch::Tensor expected = torch::zeros({2, 1, h, w});
    const auto maps = prediction_maps(GetParam().architecture);
    for (const auto map : maps) {
      expected += torch::sigmoid(all.narrow(1, map, 1)) / static_cast<double>(maps.size());
    }
    EXPECT_TRUE(torch::allclose(probability, expected, 0, 1e-6));
  }
}

TEST_P(Baselines, ASliceGetsTheSameAloneAndInABatch) {
  const torch::NoGradGuard no_grad;
  auto net = compact(GetParam().architecture);
  const auto x = torch::randn({3, 3, 64, 80});
  const auto together = net->probability(x);
  EXPECT_TRUE(
      torch::allclose(net->probability(x.narrow(0, 1, 1)), together.narrow(0, 1, 1), 0, 1e-5));
}

TEST_P(Baselines, EveryParameterLearns) {
  auto net = compact(GetParam().architecture);
  torch::manual_seed(5);
  const auto logits = net->forward(torch::randn({2, 3, 64, 96}));
  torch::binary_cross_entropy_with_logits(logits, torch::rand_like(logits)).backward();
  for (const auto& item : net->named_parameters()) {
    if (item.key().starts_with("merge1.trans.0.")) {
      EXPECT_FALSE(item.value().grad().defined()) << "published, but not used";
      continue;
    }
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<float>(), 0.0F) << item.key();
  }
}

TEST_P(Baselines, StartNearOneHalfAtAnyWidth) {
  const torch::NoGradGuard no_grad;
  auto net = compact(GetParam().architecture);
  const auto p = net->probability(torch::randn({1, 3, 96, 96}));
  EXPECT_GT(p.min().item<float>(), 0.1F);
  EXPECT_LT(p.max().item<float>(), 0.9F);
}

TEST_P(Baselines, WidthScalesAllChannels) {
  auto net = compact(GetParam().architecture);
  const double small = static_cast<double>(weights_of(*net));
  std::printf("%s: %.0f weights at width %d\n", GetParam().name, small, kCompact);
  RecordProperty(std::string(GetParam().name) + ".weights_at_width_8", std::to_string(small));
  EXPECT_NEAR(small * 64 / 1e6, GetParam().full_millions, 0.02 * GetParam().full_millions);
  const auto wider =
      make_segmentation_network(SegmenterOptions::baseline(GetParam().architecture, 2 * kCompact));
  EXPECT_NEAR(static_cast<double>(weights_of(*wider)) / small, 4.0, 0.1);
}

TEST_P(Baselines, OptionsOfTheSegmenterDoNotChangeThem) {
  SegmenterOptions options = SegmenterOptions::compact();
  options.architecture = GetParam().architecture;
  const auto net = make_segmentation_network(options);
  EXPECT_EQ(net->options(), SegmenterOptions::baseline(GetParam().architecture, kCompact));
  EXPECT_EQ(weights_of(*net), weights_of(*compact(GetParam().architecture)));
  EXPECT_TRUE(net->buffers().empty()) << "no batch norm";
}

TEST_P(Baselines, RefuseWhatTheyCannotTake) {
  auto net = compact(GetParam().architecture);
  for (const auto& shape :
       {Size{1, 3, 31, 64}, Size{1, 3, 64, 31}, Size{1, 1, 64, 64}, Size{3, 64, 64}}) {
    const auto line = error_line<jcs::InputError>([&] { net->probability(torch::zeros(shape)); });
    EXPECT_NE(line.find("at least 32"), std::string::npos) << line;
  }
  SegmenterOptions options = net->options();
  options.fusion = SegmenterOptions::Fusion::kPaper;
  const auto line = error_line<jcs::UsageError>([&] { make_segmentation_network(options); });
  EXPECT_NE(line.find("takes no features of a classifier"), std::string::npos) << line;
  options = net->options();
  options.encoder.width = 7;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(options); }).find("encoder.width"),
            std::string::npos);
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              const Segmenter jcs(net->options());
            }).find("is another network"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, Baselines,
                         testing::Values(Baseline{Architecture::kUnet, "unet", 1, 31.0},
                                         Baseline{Architecture::kDss, "dss", 7, 62.24},
                                         Baseline{Architecture::kEgnet, "egnet", 10, 108.07},
                                         Baseline{Architecture::kPoolnet, "poolnet", 1, 52.51}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SegmentationNetwork, OfTheDefaultOptionsIsThePapersSegmenter) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  auto net = make_segmentation_network(SegmenterOptions::compact());
  ASSERT_NE(net->as<SegmenterImpl>(), nullptr);
  net->eval();
  const auto x = torch::randn({1, 3, 64, 64});
  EXPECT_TRUE(torch::equal(net->probability(x), torch::sigmoid(net->forward(x).narrow(1, 0, 1))));
  std::set<std::string> titles;
  for (const auto a : {Architecture::kJcs, Architecture::kUnet, Architecture::kDss,
                       Architecture::kEgnet, Architecture::kPoolnet}) {
    titles.insert(title(a));
  }
  EXPECT_EQ(titles.size(), 5u);
}

// The transposed convolutions start as bilinear interpolation: a side branch that is the same
// everywhere stays so, away from the border.
TEST(Dss, StartsWithBilinearEnlarging) {
  const torch::NoGradGuard no_grad;
  for (const int stride : {2, 4, 32}) {
    DssConnection connection(std::vector<int>{}, stride);
    const auto out = connection->forward(torch::full({1, 1, 4, 5}, 3.0F), {});
    ASSERT_EQ(out.sizes(), (Size{1, 1, 4 * stride, 5 * stride}));
    const auto inside = out.slice(2, stride, -stride).slice(3, stride, -stride);
    EXPECT_TRUE(torch::allclose(inside, torch::full_like(inside, 3.0F)));
  }
}

TEST(Dss, EnlargesAsATransposedConvolutionDoes) {
  torch::manual_seed(6);
  for (const int factor : {2, 4, 8, 32}) {
    DssEnlarge enlarge(factor);
    auto parameters = enlarge->named_parameters();
    {
      const torch::NoGradGuard no_grad;
      parameters["weight"].normal_();
      parameters["bias"].normal_();
    }
    const auto x = torch::randn({2, 1, 3, 5}).requires_grad_(true);
    const std::vector<torch::Tensor> inputs = {x, parameters["weight"], parameters["bias"]};
    const auto expected =
        torch::conv_transpose2d(x, parameters["weight"], parameters["bias"], factor, factor / 2);
    const auto got = enlarge->forward(x);
    ASSERT_EQ(got.sizes(), expected.sizes());
    EXPECT_TRUE(torch::allclose(got, expected, 1e-4, 1e-5));
    const auto weights = torch::randn_like(got);
    const auto gradients = torch::autograd::grad({got}, inputs, {weights});
    const auto published = torch::autograd::grad({expected}, inputs, {weights});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_TRUE(torch::allclose(gradients[i], published[i], 1e-3, 1e-3)) << factor << " " << i;
    }
  }
}

TEST(Dss, FusesByItsWeights) {
  const torch::NoGradGuard no_grad;
  DssFusion fusion(3);
  const auto x = torch::randn({2, 3, 4, 4});
  EXPECT_TRUE(torch::allclose(fusion->forward(x), x.mean(1, true), 1e-5, 1e-6));
  fusion->named_parameters()["weights"].copy_(torch::tensor({1.0F, 2.0F, -1.0F}));
  const auto expected = x.narrow(1, 0, 1) + 2 * x.narrow(1, 1, 1) - x.narrow(1, 2, 1);
  EXPECT_TRUE(torch::allclose(fusion->forward(x), expected, 1e-5, 1e-5));
}

}  // namespace
