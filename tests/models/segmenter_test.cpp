#include "jcs/models/segmenter.hpp"

#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/models/classifier.hpp"

#include "support/error_line.hpp"

namespace {

using namespace jcs::models;
using jcs::test::error_line;
using Fusion = SegmenterOptions::Fusion;
using Size = std::vector<std::int64_t>;

SegmenterOptions narrow() {
  SegmenterOptions options = SegmenterOptions::compact();
  options.classifier.layers = {1, 1, 1, 1};
  options.classifier.planes = 8;
  return options;
}

// Every variant of Tables V and VI, in the paper's and the release's form.
std::vector<SegmenterOptions> variants() {
  std::vector<SegmenterOptions> all;
  for (const bool efm : {false, true}) {
    for (const bool aff : {false, true}) {
      for (const Fusion fusion : {Fusion::kNone, Fusion::kPaper, Fusion::kRelease}) {
        for (const bool paper : {false, true}) {
          SegmenterOptions options = narrow();
          options.efm = efm;
          options.aff = aff;
          options.fusion = fusion;
          options.encoder.batch_norm = !paper;
          options.encoder.pool_before_last = paper;
          options.reduce_highest = !paper;
          options.attention_reduction = paper ? 4 : 0;
          all.push_back(options);
        }
      }
    }
  }
  return all;
}

std::string title(const SegmenterOptions& options) {
  return std::string(options.efm ? "EFM " : "") + (options.aff ? "AFF " : "") + "fusion " +
         std::to_string(static_cast<int>(options.fusion)) +
         (options.encoder.batch_norm ? " release" : " paper");
}

TEST(Segmenter, EveryVariantPredictsAtTheInputsSize) {
  const torch::NoGradGuard no_grad;
  for (const auto& options : variants()) {
    SCOPED_TRACE(title(options));
    Segmenter net(options);
    net->eval();
    for (const auto& [h, w] : {std::pair{47, 66}, std::pair{32, 33}}) {
      const auto x = torch::randn({2, 3, h, w});
      const auto all = net->forward(x);
      ASSERT_EQ(all.sizes(), (Size{2, 5, h, w}));
      EXPECT_TRUE(all.isfinite().all().item<bool>());
      EXPECT_TRUE(torch::equal(net->predict(x), all.narrow(1, 0, 1)));
    }
  }
}

TEST(Segmenter, EveryParameterOfEveryVariantLearns) {
  torch::manual_seed(4);
  const auto x = torch::randn({2, 3, 64, 48});
  for (const auto& options : variants()) {
    SCOPED_TRACE(title(options));
    Segmenter net(options);
    torch::binary_cross_entropy_with_logits(net->forward(x), torch::ones({2, 5, 64, 48}))
        .backward();
    for (const auto& item : net->named_parameters()) {
      const auto gradient = item.value().grad();
      ASSERT_TRUE(gradient.defined()) << item.key();
      EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << item.key();
      // The one hidden unit of a small attention may be off; a whole convolution is not.
      if (item.value().dim() == 4) {
        EXPECT_GT(gradient.abs().max().item<float>(), 0.0F) << item.key();
      }
    }
  }
}

TEST(Segmenter, VariantsHaveTheModulesThatTheyName) {
  for (const auto& options : variants()) {
    SCOPED_TRACE(title(options));
    Segmenter net(options);
    const auto names = net->named_parameters();
    const bool fused = options.fusion != Fusion::kNone;
    EXPECT_EQ(names.contains("gpd.end_conv.conv.weight"), options.efm);
    EXPECT_EQ(names.contains("gpd1.end_conv.conv.weight"), options.efm);
    EXPECT_EQ(names.contains("fpn.fuse.0.se1.linear1.weight"), options.aff);
    EXPECT_EQ(names.contains("res2net.layer4.0.conv1.weight"), fused);
    EXPECT_EQ(names.contains("fuse.fuse_modules.4.conv.weight"), fused);
    EXPECT_EQ(names.contains("vgg16.conv1_1.bn.weight"), options.encoder.batch_norm);
    EXPECT_EQ(net->options(), options);
  }
}

std::vector<std::int64_t> heights(SegmenterOptions options) {
  const torch::NoGradGuard no_grad;
  Segmenter net(options);
  net->eval();
  std::vector<std::int64_t> all;
  for (const auto& side : net->side_logits(torch::randn({1, 3, 64, 64}))) {
    EXPECT_EQ(side.sizes(), (Size{1, 1, side.size(2), side.size(2)}));
    all.push_back(side.size(2));
  }
  return all;
}

TEST(Segmenter, SideOutputsHaveTheStridesOfTheirForm) {
  SegmenterOptions options = narrow();
  options.encoder.pool_before_last = true;
  EXPECT_EQ(heights(options), (Size{64, 32, 16, 8, 4})) << "paper";
  options.fusion = Fusion::kPaper;
  EXPECT_EQ(heights(options), (Size{64, 32, 16, 8, 4})) << "paper, fused";
  options.encoder.pool_before_last = false;
  EXPECT_EQ(heights(options), (Size{64, 32, 16, 8, 8})) << "no pool before block 5";
  options.fusion = Fusion::kRelease;
  EXPECT_EQ(heights(options), (Size{32, 16, 8, 4, 2})) << "release, fused";
}

TEST(Segmenter, PredictTouchesNoOtherSideOutput) {
  Segmenter net(narrow());
  net->predict(torch::randn({2, 3, 64, 64})).sum().backward();
  const auto names = net->named_parameters();
  EXPECT_TRUE(names["cls1.weight"].grad().defined());
  for (const char* other : {"cls2.weight", "cls3.weight", "cls4.weight", "cls5.weight"}) {
    EXPECT_FALSE(names[other].grad().defined()) << other;
  }
}

TEST(Segmenter, FrozenBatchNormsStayAsTheyAre) {
  SegmenterOptions options = narrow();
  options.encoder.norm = Norm::kFrozen;
  Segmenter net(options);
  net->train();
  const auto x = torch::randn({1, 3, 32, 32});
  const auto first = net->forward(x);
  EXPECT_TRUE(torch::equal(first, net->forward(x)));
  for (const auto& item : net->named_parameters()) {
    EXPECT_EQ(item.key().find(".bn."), std::string::npos) << item.key();
  }
}

TEST(Segmenter, FusedContainsTheClassifiersBackbone) {
  SegmenterOptions options = narrow();
  options.fusion = Fusion::kPaper;
  Segmenter net(options);
  Classifier classifier(ClassifierOptions{options.classifier, 2, true});
  const auto parameters = net->named_parameters();
  for (const auto& item : classifier->named_parameters()) {
    if (item.key().starts_with("fc.")) {
      continue;
    }
    ASSERT_TRUE(parameters.contains("res2net." + item.key())) << item.key();
    EXPECT_EQ(parameters["res2net." + item.key()].sizes(), item.value().sizes());
  }
}

TEST(Segmenter, StartsFromStageOneFeatures) {
  const torch::NoGradGuard no_grad;
  for (const Fusion fusion : {Fusion::kPaper, Fusion::kRelease}) {
    SegmenterOptions options = narrow();
    options.fusion = fusion;
    Segmenter net(options);
    net->eval();
    const auto x = torch::randn({2, 3, 47, 66});
    // What the two networks make of x up to there.
    Vgg encoder = std::dynamic_pointer_cast<VggImpl>(net->named_children()["vgg16"]);
    Res2Net backbone = std::dynamic_pointer_cast<Res2NetImpl>(net->named_children()["res2net"]);
    const auto first = encoder->features(x).front();
    const auto stem = backbone->features(x).stem;
    EXPECT_TRUE(torch::equal(net->forward_from_stage1(first, stem), net->forward(x)));

    const auto refused = [&](const torch::Tensor& a, const torch::Tensor& b) {
      return error_line<jcs::InputError>([&] { net->forward_from_stage1(a, b); });
    };
    EXPECT_NE(refused(first.narrow(1, 0, 3), stem).find("encoder"), std::string::npos);
    EXPECT_NE(refused(first, stem.narrow(1, 0, 3)).find("classifier"), std::string::npos);
    EXPECT_NE(refused(first, stem.narrow(0, 0, 1)).find("numbers of slices"), std::string::npos);
  }
  Segmenter alone(narrow());
  EXPECT_NE(
      error_line<jcs::UsageError>([&] {
        alone->forward_from_stage1(torch::zeros({1, 8, 64, 64}), torch::zeros({1, 8, 32, 32}));
      }).find("fusion"),
      std::string::npos);
}

TEST(Segmenter, RefusesShapesThatItCannotTake) {
  Segmenter net(narrow());
  for (const auto& shape :
       {Size{1, 3, 31, 64}, Size{1, 3, 64, 31}, Size{1, 1, 64, 64}, Size{3, 64, 64}}) {
    const auto line = error_line<jcs::InputError>([&] { net->predict(torch::zeros(shape)); });
    EXPECT_NE(line.find("at least 32"), std::string::npos) << line;
  }
}

TEST(Segmenter, RefusesOptionsOutOfRange) {
  const auto refusal = [](auto change) {
    SegmenterOptions options = narrow();
    change(options);
    return error_line<jcs::UsageError>([&] { const Segmenter net(options); });
  };
  using Options = SegmenterOptions;
  EXPECT_NE(refusal([](Options& o) { o.encoder.width = 9; }).find("encoder.width"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.encoder.width = 0; }).find("encoder.width"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.attention_reduction = -1; }).find("attention_reduction"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.classifier.scale = 0; }).find("classifier.scale"),
            std::string::npos);
}

TEST(Segmenter, WidthMakesItCompact) {
  const auto megabytes = [](const SegmenterOptions& options) {
    Segmenter net(options);
    std::int64_t count = 0;
    for (const auto& parameter : net->parameters()) {
      count += parameter.numel();
    }
    return 4e-6 * static_cast<double>(count);
  };
  EXPECT_GT(megabytes(SegmenterOptions::compact()), 1.0);
  EXPECT_LT(megabytes(SegmenterOptions::compact()), 4.0);
  SegmenterOptions wider = SegmenterOptions::compact();
  wider.encoder.width *= 2;
  EXPECT_NEAR(megabytes(wider) / megabytes(SegmenterOptions::compact()), 4.0, 0.1);
}

}  // namespace
