// GAM, AFF, fusion and decoder: small cases worked out by hand.
#include "jcs/models/decoder.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/models/fusion.hpp"
#include "jcs/models/gam.hpp"

#include "set_tensors.hpp"

namespace {

using namespace jcs::models;
using jcs::test::identity_kernel;
using jcs::test::set_tensors;

TEST(Gam, EveryGroupSeesItsOwnDilation) {
  // Four channels: twice as many in four groups of two. The first channel of every group goes on to
  // the output channel of the group's number; the 3×3 of a group looks up and left alone.
  Gam gam(4, std::vector<int>{1, 2, 3, 4});
  auto expand = torch::zeros({8, 4});
  auto reduce = torch::zeros({4, 8});
  auto corner = torch::zeros({2, 2, 3, 3});
  corner[0][0][0][0] = 1;
  for (int group = 0; group < 4; ++group) {
    expand[2 * group][0] = 1;
    reduce[group][2 * group] = 1;
  }
  set_tensors(*gam, {{"expand_conv.conv.weight", expand},
                     {"dilation_convs.0.weight", corner},
                     {"dilation_convs.1.weight", corner},
                     {"dilation_convs.2.weight", corner},
                     {"dilation_convs.3.weight", corner},
                     {"reduce_conv.conv.weight", reduce},
                     {"end_conv.conv.weight", identity_kernel(4, 3)}});
  auto x = torch::zeros({1, 4, 11, 11});
  x[0][0][5][5] = 2;
  auto expected = torch::zeros({1, 4, 11, 11});
  for (int group = 0; group < 4; ++group) {
    // Its attention, without weights, is σ(0) = ½.
    expected[0][group][5 + group + 1][5 + group + 1] = 1;
  }
  EXPECT_TRUE(torch::equal(gam->forward(x), expected));
}

TEST(Aff, BringsInTheMapAboveTwice) {
  Aff aff(2, 4);
  set_tensors(*aff,
              {{"conv1.conv.weight", identity_kernel(2, 3)},
               {"reduce_conv.conv.weight", torch::tensor({1.0F, 1.0F, 1.0F, 1.0F, 0.0F, 0.0F})},
               {"conv2.conv.weight", identity_kernel(2, 3)}});
  const auto lateral = torch::full({1, 1, 3, 4}, 8.0F);
  const auto top = torch::full({1, 1, 3, 4}, 100.0F);
  const auto y = aff->forward(lateral, top);
  // Both attentions halve: (8/2, 100/2), then (4/2, 50/2, 100/2).
  ASSERT_EQ(y.sizes(), (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_TRUE(torch::equal(y[0][0], torch::full({3, 4}, 2.0F + 25.0F + 50.0F)));
  EXPECT_TRUE(torch::equal(y[0][1], torch::full({3, 4}, 2.0F)));
}

TEST(Decoder, MapsKeepTheSizesOfTheEncoders) {
  const std::vector<int> channels = {4, 8, 16};
  for (const bool aff : {true, false}) {
    for (const bool reduce_highest : {true, false}) {
      SegmenterOptions options;
      options.aff = aff;
      options.reduce_highest = reduce_highest;
      Decoder decoder(channels, options);
      EXPECT_EQ(decoder->named_parameters().contains("inners_a.2.conv.weight"), reduce_highest);
      EXPECT_EQ(decoder->named_parameters().contains("fuse.0.se1.linear1.weight"), aff);
      const auto maps = decoder->forward(
          {torch::rand({1, 4, 13, 9}), torch::rand({1, 8, 6, 4}), torch::rand({1, 16, 3, 2})});
      ASSERT_EQ(maps.size(), 2u);
      EXPECT_EQ(maps[0].sizes(), (std::vector<std::int64_t>{1, 4, 13, 9}));
      EXPECT_EQ(maps[1].sizes(), (std::vector<std::int64_t>{1, 8, 6, 4}));
    }
  }
}

std::vector<std::int64_t> fused_size(SegmenterOptions::Fusion form, const torch::Tensor& encoder,
                                     const torch::Tensor& classifier) {
  FeatureFusion fusion(std::vector<int>{4}, std::vector<int>{6}, form);
  fusion->eval();
  return fusion->forward({encoder}, {classifier}).front().sizes().vec();
}

TEST(FeatureFusion, PaperKeepsTheLargerMapAndReleaseTheClassifiers) {
  using Fusion = SegmenterOptions::Fusion;
  using Size = std::vector<std::int64_t>;
  const auto m = torch::rand({2, 4, 8, 6});
  const auto a = torch::rand({2, 6, 4, 3});
  EXPECT_EQ(fused_size(Fusion::kPaper, m, a), (Size{2, 4, 8, 6}));
  EXPECT_EQ(fused_size(Fusion::kRelease, m, a), (Size{2, 4, 4, 3}));
  const auto larger = torch::rand({2, 6, 16, 12});
  EXPECT_EQ(fused_size(Fusion::kPaper, m, larger), (Size{2, 4, 16, 12}));
  const auto flatter = torch::rand({2, 6, 4, 7});
  EXPECT_EQ(fused_size(Fusion::kPaper, m, flatter), (Size{2, 4, 8, 7}));
}

}  // namespace
