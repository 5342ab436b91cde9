#include "jcs/models/res2net.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/models/classifier.hpp"

#include "set_tensors.hpp"
#include "support/error_line.hpp"

namespace {

using namespace jcs::models;
using jcs::test::error_line;
using jcs::test::identity_kernel;
using jcs::test::set_tensors;
using Version = Res2NetOptions::Version;
using Size = std::vector<std::int64_t>;

Res2NetOptions small(Version version, std::vector<int> layers = {1, 2, 1, 1}) {
  Res2NetOptions options;
  options.version = version;
  options.layers = std::move(layers);
  options.planes = 8;
  return options;
}

// Four parts of one channel, every convolution the identity.
Res2NetBlock identity_block(bool first) {
  Res2NetOptions options;
  options.base_width = 64;
  options.norm = Norm::kFrozen;
  Res2NetBlock block(4, 1, 1, first, options);
  set_tensors(*block, {{"conv1.weight", identity_kernel(4, 1)},
                       {"convs.0.weight", identity_kernel(1, 3)},
                       {"convs.1.weight", identity_kernel(1, 3)},
                       {"convs.2.weight", identity_kernel(1, 3)},
                       {"conv3.weight", identity_kernel(4, 1)}});
  return block;
}

const auto kParts = [] { return torch::tensor({1.0F, 10.0F, 100.0F, 9.0F}).view({1, 4, 1, 1}); };

TEST(Res2NetBlock, EveryPartSeesThePreviousOnesOutput) {
  const auto y = identity_block(false)->forward(kParts()).flatten();
  // 1; 1 + 10; 11 + 100; the last part as it is; and the shortcut.
  EXPECT_TRUE(torch::equal(y, torch::tensor({1.0F + 1, 11.0F + 10, 111.0F + 100, 9.0F + 9})));
}

TEST(Res2NetBlock, PartsOfAStagesFirstBlockAreIndependentAndTheLastIsPooled) {
  const auto y = identity_block(true)->forward(kParts()).flatten();
  // The pool of the last part counts its padding: 9 / 9.
  EXPECT_TRUE(torch::equal(y, torch::tensor({1.0F + 1, 10.0F + 10, 100.0F + 100, 1.0F + 9})));
}

TEST(Res2NetBlock, ShortcutOfV1bAveragesWhatIsThereAtOddBorders) {
  Res2NetOptions options;
  options.base_width = 64;
  options.norm = Norm::kFrozen;
  Res2NetBlock block(4, 1, 2, true, options);
  set_tensors(*block, {{"downsample.1.weight", identity_kernel(4, 1)}});
  const auto x = torch::arange(25.0F).view({1, 1, 5, 5}).expand({1, 4, 5, 5}).contiguous();
  const auto y = block->forward(x);
  ASSERT_EQ(y.sizes(), (Size{1, 4, 3, 3}));
  EXPECT_FLOAT_EQ(y[0][3][0][0].item<float>(), (0 + 1 + 5 + 6) / 4.0F);
  EXPECT_FLOAT_EQ(y[0][3][0][2].item<float>(), (4 + 9) / 2.0F);
  EXPECT_FLOAT_EQ(y[0][3][2][2].item<float>(), 24.0F);
}

TEST(Res2NetBlock, ShortcutOfV1TakesEverySecondPixel) {
  Res2NetOptions options = Res2NetOptions::v1();
  options.base_width = 64;
  options.norm = Norm::kFrozen;
  Res2NetBlock block(4, 1, 2, true, options);
  set_tensors(*block, {{"downsample.0.weight", identity_kernel(4, 1)}});
  const auto x = torch::arange(16.0F).view({1, 1, 4, 4}).expand({1, 4, 4, 4}).contiguous();
  EXPECT_TRUE(torch::equal(block->forward(x)[0][0], torch::tensor({{0.0F, 2.0F}, {8.0F, 10.0F}})));
}

TEST(Res2Net, MapsHalveRoundingUpAtEverySize) {
  for (const auto version : {Version::kV1, Version::kV1b}) {
    Res2Net net(small(version));
    net->eval();
    const auto f = net->features(torch::rand({2, 3, 47, 66}));
    EXPECT_EQ(f.stem.sizes(), (Size{2, 8, 24, 33}));
    EXPECT_EQ(f.layer1.sizes(), (Size{2, 32, 12, 17}));
    EXPECT_EQ(f.layer2.sizes(), (Size{2, 64, 6, 9}));
    EXPECT_EQ(f.layer3.sizes(), (Size{2, 128, 3, 5}));
    EXPECT_EQ(f.layer4.sizes(), (Size{2, 256, 2, 3}));
    EXPECT_EQ(feature_channels(net->options()), (std::vector<int>{8, 32, 64, 128, 256}));
    EXPECT_EQ(net->forward(torch::rand({1, 3, 1, 1})).sizes(), (Size{1, 256, 1, 1}));
  }
}

TEST(Res2Net, GoesOnFromItsStem) {
  Res2Net net(small(Version::kV1b));
  net->eval();
  const auto f = net->features(torch::rand({1, 3, 33, 40}));
  EXPECT_TRUE(torch::equal(net->features_from_stem(f.stem).layer4, f.layer4));
}

TEST(Res2Net, DepthAndScaleAreOptions) {
  Res2NetOptions options = small(Version::kV1b, {1, 1, 3, 1});
  options.scale = 6;
  Res2Net net(options);
  const auto names = net->named_parameters();
  EXPECT_TRUE(names.contains("layer3.2.convs.4.weight"));
  EXPECT_FALSE(names.contains("layer3.3.conv1.weight"));
  EXPECT_FALSE(names.contains("layer3.2.convs.5.weight"));
  // ⌊8 · 26 / 64⌋ channels in a part of the first stage.
  EXPECT_EQ(names["layer1.0.convs.0.weight"].sizes(), (Size{3, 3, 3, 3}));
}

TEST(Res2Net, RefusesOptionsOutOfRange) {
  const auto refusal = [](auto change) {
    Res2NetOptions options = small(Version::kV1b);
    change(options);
    return error_line<jcs::UsageError>([&] { const Res2Net net(options); });
  };
  using Options = Res2NetOptions;
  EXPECT_NE(refusal([](Options& o) { o.layers = {3, 4, 6}; }).find("layers"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.layers[2] = 0; }).find("layers"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.planes = -1; }).find("planes"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.scale = 1; }).find("scale"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.base_width = 7; }).find("base_width"), std::string::npos)
      << "8 planes of width 7 leave no channel";
}

TEST(Classifier, OneScorePerClassAtAnySize) {
  ClassifierOptions options{small(Version::kV1b), 3, true};
  Classifier net(options);
  net->eval();
  EXPECT_EQ(net->forward(torch::rand({2, 3, 50, 37})).sizes(), (Size{2, 3}));
  EXPECT_EQ(net->options(), options);
  EXPECT_EQ(net->head_weight().sizes(), (Size{3, 256}));
}

TEST(Classifier, EveryParameterLearns) {
  torch::manual_seed(3);
  Classifier net(ClassifierOptions::compact());
  const auto labels = torch::tensor({0, 1}, torch::kLong);
  torch::cross_entropy_loss(net->forward(torch::randn({2, 3, 64, 64})), labels).backward();
  for (const auto& item : net->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<float>(), 0.0F) << item.key();
  }
}

TEST(Classifier, CompactOneIsAFewMegabytes) {
  Classifier net(ClassifierOptions::compact());
  std::int64_t count = 0;
  for (const auto& parameter : net->parameters()) {
    count += parameter.numel();
  }
  EXPECT_GT(4 * count, 1'000'000);
  EXPECT_LT(4 * count, 4'000'000);
}

TEST(Classifier, RefusesOtherShapesAndOptions) {
  Classifier net(ClassifierOptions{small(Version::kV1), 2, false});
  for (const auto& shape : {Size{1, 1, 64, 64}, Size{3, 64, 64}, Size{0, 3, 64, 64}}) {
    const auto line = error_line<jcs::InputError>([&] { net->forward(torch::zeros(shape)); });
    EXPECT_NE(line.find("[N, 3, h, w]"), std::string::npos) << line;
  }
  ClassifierOptions options;
  options.classes = 1;
  EXPECT_NE(error_line<jcs::UsageError>([&] { const Classifier other(options); }).find("classes"),
            std::string::npos);
}

}  // namespace
