#include "jcs/weights/pretrained.hpp"

#include <array>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "jcs/models/classifier.hpp"
#include "jcs/models/segmenter.hpp"

#include "support/error_line.hpp"
#include "support/fill_rule.hpp"
#include "support/shared.hpp"
#include "support/tiny_models.hpp"

namespace {

using jcs::test::error_line;
using jcs::weights::TensorMap;
using testing::Contains;
using testing::HasSubstr;

// Where torchvision has the thirteen convolutions; a batch norm follows directly.
constexpr std::array<const char*, 13> kNames = {
    "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3",
    "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3"};
constexpr std::array<int, 13> kPlain = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
constexpr std::array<int, 13> kWithNorm = {0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40};

// Random tensors named as torchvision names those of this encoder, and its 1000-class head.
TensorMap torchvision(const jcs::models::Vgg& vgg, bool norm) {
  const TensorMap state = jcs::weights::state_of(*vgg);
  TensorMap out;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const int at = norm ? kWithNorm[i] : kPlain[i];
    for (const auto& [name, tensor] : state) {
      const std::string conv = std::string(kNames[i]) + ".conv.";
      const std::string bn = std::string(kNames[i]) + ".bn.";
      if (name.starts_with(conv)) {
        out.add("features." + std::to_string(at) + "." + name.substr(conv.size()),
                at::rand(tensor.sizes()));
      } else if (name.starts_with(bn) && tensor.is_floating_point()) {
        out.add("features." + std::to_string(at + 1) + "." + name.substr(bn.size()),
                at::rand(tensor.sizes()));
      }
    }
  }
  out.add("classifier.6.bias", at::rand({1000}));
  return out;
}

TEST(Pretrained, TorchvisionsVggFillsTheEncoder) {
  for (const bool norm : {false, true}) {
    jcs::models::SegmenterOptions options = jcs::models::SegmenterOptions::compact();
    options.encoder.batch_norm = norm;
    jcs::models::Segmenter segmenter(options);
    const TensorMap file = torchvision(jcs::models::Vgg(options.encoder), norm);
    const auto report = jcs::weights::load_initial(*segmenter, file);
    EXPECT_THAT(report.unexpected, testing::ElementsAre("classifier.6.bias"));
    EXPECT_EQ(report.used.size(), file.size() - 1);
    const TensorMap state = jcs::weights::state_of(*segmenter);
    EXPECT_TRUE(state.find("vgg16.conv4_2.conv.weight")
                    ->equal(*file.find(norm ? "features.27.weight" : "features.19.weight")));
    if (norm) {
      EXPECT_TRUE(
          state.find("vgg16.conv5_3.bn.running_var")->equal(*file.find("features.41.running_var")));
    }
  }
}

TEST(Pretrained, AnEncoderOfTheOtherKindIsRefused) {
  jcs::models::SegmenterOptions options = jcs::models::SegmenterOptions::compact();
  options.encoder.batch_norm = false;
  jcs::models::Segmenter plain(options);
  options.encoder.batch_norm = true;
  const TensorMap file = torchvision(jcs::models::Vgg(options.encoder), true);
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { jcs::weights::load_initial(*plain, file); }),
              HasSubstr("unexpected (conv1_1.bn.weight"));
}

TEST(Pretrained, TheReleasesEncoderFillsTheEncoder) {
  auto segmenter = jcs::test::tiny_segmenter();
  jcs::models::Vgg source(segmenter->options().encoder);
  // `5stages_vgg16_bn-6c64b313.pth` has the names of the encoder without prefix.
  const TensorMap file = jcs::weights::state_of(*source);
  const auto report = jcs::weights::load_initial(*segmenter, file);
  EXPECT_TRUE(report.complete());
  EXPECT_TRUE(jcs::weights::state_of(*segmenter)
                  .find("vgg16.conv2_1.conv.bias")
                  ->equal(*file.find("conv2_1.conv.bias")));
}

TEST(Pretrained, AnImageNetRes2NetFillsTheBackbone) {
  auto options = jcs::test::tiny_classifier()->options();
  jcs::models::Classifier classifier(options);
  options.classes = 1000;
  jcs::models::Classifier imagenet(options);
  const TensorMap file = jcs::weights::state_of(*imagenet);
  const auto before = jcs::weights::state_of(*classifier).find("fc.weight")->clone();
  const auto report = jcs::weights::load_initial(*classifier, file);
  EXPECT_THAT(report.unexpected, testing::UnorderedElementsAre("fc.weight", "fc.bias"));
  const TensorMap state = jcs::weights::state_of(*classifier);
  EXPECT_TRUE(state.find("layer3.0.convs.1.weight")->equal(*file.find("layer3.0.convs.1.weight")));
  EXPECT_TRUE(state.find("fc.weight")->equal(before));
}

TEST(Pretrained, AClassifierFillsAFusedSegmenterAndBack) {
  auto segmenter = jcs::test::tiny_segmenter(1, true);
  jcs::models::ClassifierOptions options;
  options.backbone = segmenter->options().classifier;
  jcs::models::Classifier classifier(options);
  jcs::weights::load_initial(*segmenter, jcs::weights::state_of(*classifier));
  const char* name = "layer2.0.conv1.weight";
  EXPECT_TRUE(jcs::weights::state_of(*segmenter)
                  .find(std::string("res2net.") + name)
                  ->equal(*jcs::weights::state_of(*classifier).find(name)));
  jcs::models::Classifier other(options);
  jcs::weights::load_backbone(*other, jcs::weights::state_of(*segmenter));
  EXPECT_TRUE(jcs::weights::state_of(*other).find(name)->equal(
      *jcs::weights::state_of(*classifier).find(name)));
}

TEST(Pretrained, FilesOfTheSameNetworkAreTakenWhole) {
  auto classifier = jcs::test::tiny_classifier(1);
  auto other = jcs::test::tiny_classifier(2);
  EXPECT_TRUE(jcs::weights::load_initial(*classifier, jcs::weights::state_of(*other)).complete());
  EXPECT_TRUE(jcs::weights::state_of(*classifier)
                  .find("fc.weight")
                  ->equal(*jcs::weights::state_of(*other).find("fc.weight")));
}

TEST(Pretrained, FilesWithoutThePartAreNamed) {
  auto classifier = jcs::test::tiny_classifier();
  auto segmenter = jcs::test::tiny_segmenter();
  const TensorMap cls = jcs::weights::state_of(*classifier);
  const TensorMap seg = jcs::weights::state_of(*segmenter);
  EXPECT_THAT(
      error_line<jcs::WeightsError>([&] { jcs::weights::load_vgg_encoder(*segmenter, cls); }),
      HasSubstr("holds no VGG-16 (got a classifier"));
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { jcs::weights::load_backbone(*classifier, seg); }),
              HasSubstr("holds no Res2Net (got a segmenter)"));
}

TEST(Pretrained, EveryNameOfTorchvisionsFilesHasItsPlace) {
  for (const bool norm : {false, true}) {
    const auto keys =
        jcs::test::reference_dir() / (norm ? "vgg16_bn_keys.json" : "vgg16_keys.json");
    JCS_NEEDS(keys);
    std::ifstream in(keys);
    TensorMap file;
    for (const auto& entry : nlohmann::json::parse(in)) {
      const std::string name = entry[0];
      const auto sizes = entry[1].get<std::vector<std::int64_t>>();
      file.add(name, name.starts_with("features.") ? jcs::test::fill_rule(name, sizes)
                                                   : at::zeros({}).expand(sizes));
    }
    jcs::models::VggOptions options;
    options.batch_norm = norm;
    jcs::models::Vgg vgg(options);
    const auto report = jcs::weights::load_vgg_encoder(*vgg, file);
    EXPECT_EQ(report.unexpected.size(), 6u);  // the three linear layers
    EXPECT_THAT(report.unexpected, Contains("classifier.0.weight"));
  }
}

}  // namespace
