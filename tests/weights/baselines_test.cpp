// Files of the networks of Table VII.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "jcs/models/vgg.hpp"
#include "jcs/weights/convert.hpp"
#include "jcs/weights/model_file.hpp"
#include "jcs/weights/pretrained.hpp"
#include "jcs/weights/recognise.hpp"
#include "jcs/weights/safetensors.hpp"
#include "jcs/weights/verify.hpp"

#include "support/error_line.hpp"
#include "support/fill_rule.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace {

using jcs::models::SegmenterOptions;
using jcs::test::error_line;
using jcs::weights::ModelCard;
using jcs::weights::Task;
using jcs::weights::TensorMap;
using testing::HasSubstr;
using Architecture = SegmenterOptions::Architecture;

struct Baseline {
  Architecture architecture;
  const char* name;
  const char* looks;
  const char* first;   // convolution of the encoder
  const char* fourth;  // and its fourth, conv2_2
};

class BaselineFiles : public testing::TestWithParam<Baseline> {
 protected:
  // The state of a compact one, filled by the rule of the names.
  TensorMap filled() {
    TensorMap out;
    const auto network = jcs::test::tiny_baseline(GetParam().architecture);
    for (const auto& [name, tensor] : jcs::weights::state_of(*network)) {
      out.add(name, jcs::test::fill_rule(name, tensor.sizes().vec()));
    }
    return out;
  }
  jcs::test::TempDir dir_;
};

TEST_P(BaselineFiles, ComeBackWithTheirCard) {
  auto network = jcs::test::tiny_baseline(GetParam().architecture, 3);
  jcs::test::save_segmenter(dir_ / "seg.safetensors", *network);
  auto loaded = jcs::weights::load_segmenter(dir_ / "seg.safetensors");
  EXPECT_EQ(loaded.card.segmenter, network->options());
  EXPECT_EQ(loaded.net->options(), network->options());
  EXPECT_TRUE(loaded.report.complete());
  EXPECT_FALSE(loaded.net->is_training());
  const auto metadata = jcs::weights::read_tensors(dir_ / "seg.safetensors").metadata;
  EXPECT_THAT(metadata.at("architecture"),
              HasSubstr(std::string("\"architecture\":\"") + GetParam().name));
  const torch::NoGradGuard no_grad;
  const auto x = torch::rand({1, 3, 64, 70});
  EXPECT_TRUE(loaded.net->probability(x).equal(network->probability(x)));
}

TEST_P(BaselineFiles, WithoutACardAreToldByNamesAndShapes) {
  const TensorMap state = filled();
  EXPECT_EQ(jcs::weights::to_text(jcs::weights::recognise(state)), GetParam().looks);
  jcs::weights::write_safetensors(dir_ / "plain.safetensors", state);
  auto loaded = jcs::weights::load_segmenter(dir_ / "plain.safetensors");
  EXPECT_EQ(loaded.card.segmenter, SegmenterOptions::baseline(GetParam().architecture, 8));
  EXPECT_EQ(loaded.card.preprocessing.resize, 512);
  EXPECT_EQ(loaded.card.preprocessing.mean, jcs::Preprocessing().mean);
  EXPECT_EQ(loaded.report.used.size(), state.size());
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(loaded.net->probability(torch::rand({1, 3, 64, 64})).isfinite().all().item<bool>());

  EXPECT_EQ(jcs::weights::verify(dir_ / "plain.safetensors").card->segmenter,
            loaded.card.segmenter);
  const auto done =
      jcs::weights::convert(dir_ / "plain.safetensors", dir_ / "converted.safetensors");
  ASSERT_TRUE(done.card.has_value());
  const auto card = jcs::weights::card_of(
      jcs::weights::read_tensors(dir_ / "converted.safetensors").metadata, "f");
  EXPECT_EQ(card->segmenter, loaded.card.segmenter);
  EXPECT_EQ(card->provenance.at("converted_from"), "plain.safetensors");
}

TEST_P(BaselineFiles, ThatAreCutOrOddAreRefused) {
  TensorMap lacking;
  for (const auto& [name, tensor] : filled()) {
    // The first bias goes.
    if (name != std::string(GetParam().first) + "bias") {
      lacking.add(name, tensor);
    }
  }
  jcs::weights::write_safetensors(dir_ / "f.safetensors", lacking);
  EXPECT_THAT(
      error_line<jcs::WeightsError>([&] { jcs::weights::load_segmenter(dir_ / "f.safetensors"); }),
      HasSubstr(std::string("1 missing (") + GetParam().first + "bias)"));
  // A first convolution that makes more of the width than there is.
  TensorMap wide;
  for (const auto& [name, tensor] : filled()) {
    wide.add(name,
             name == std::string(GetParam().first) + "weight" ? at::zeros({512, 3, 3, 3}) : tensor);
  }
  jcs::weights::write_safetensors(dir_ / "f.safetensors", wide);
  EXPECT_THAT(
      error_line<jcs::WeightsError>([&] { jcs::weights::load_segmenter(dir_ / "f.safetensors"); }),
      HasSubstr("larger than its tensors"));
  TensorMap narrow;
  for (const auto& [name, tensor] : filled()) {
    narrow.add(name,
               name == std::string(GetParam().first) + "weight" ? at::zeros({0, 3, 3, 3}) : tensor);
  }
  jcs::weights::write_safetensors(dir_ / "f.safetensors", narrow);
  EXPECT_THAT(
      error_line<jcs::WeightsError>([&] { jcs::weights::load_segmenter(dir_ / "f.safetensors"); }),
      HasSubstr("names an architecture that cannot be"));
}

// An ImageNet VGG-16 as torchvision names it, as wide as the compact networks.
TensorMap torchvision() {
  jcs::models::VggOptions options;
  options.width = 8;
  options.batch_norm = false;
  jcs::models::Vgg vgg(options);
  constexpr std::array<int, 13> kNumbers = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
  TensorMap out;
  std::size_t next = 0;
  for (const auto& child : vgg->named_children()) {
    const std::string name = "features." + std::to_string(kNumbers.at(next++)) + ".";
    const auto parameters = child.value()->named_parameters();
    out.add(name + "weight", at::rand(parameters["conv.weight"].sizes()));
    out.add(name + "bias", at::rand(parameters["conv.bias"].sizes()));
  }
  return out;
}

TEST_P(BaselineFiles, AnImageNetVggFillsTheEncoder) {
  auto network = jcs::test::tiny_baseline(GetParam().architecture);
  const TensorMap file = torchvision();
  const auto report = jcs::weights::load_initial(*network, file);
  const bool unet = GetParam().architecture == Architecture::kUnet;
  EXPECT_EQ(report.used.size(), unet ? 16u : 26u);
  EXPECT_EQ(report.unexpected.size(), unet ? 10u : 0u);
  const TensorMap state = jcs::weights::state_of(*network);
  for (const auto& [ours, number] :
       {std::pair{GetParam().first, "0"}, std::pair{GetParam().fourth, "7"}}) {
    for (const char* part : {"weight", "bias"}) {
      const std::string theirs = std::string("features.") + number + "." + part;
      ASSERT_NE(state.find(ours + std::string(part)), nullptr) << ours;
      EXPECT_TRUE(state.find(ours + std::string(part))->equal(*file.find(theirs))) << theirs;
    }
  }
}

TEST_P(BaselineFiles, TheirEncoderFillsTheSegmenters) {
  SegmenterOptions options = SegmenterOptions::compact();
  options.encoder.batch_norm = false;
  jcs::models::Segmenter segmenter(options);
  const TensorMap file = filled();
  if (GetParam().architecture == Architecture::kUnet) {
    EXPECT_THAT(
        error_line<jcs::WeightsError>([&] { jcs::weights::load_vgg_encoder(*segmenter, file); }),
        HasSubstr("missing (conv3_3.conv.weight"));
    return;
  }
  jcs::weights::load_vgg_encoder(*segmenter, file);
  EXPECT_TRUE(jcs::weights::state_of(*segmenter)
                  .find("vgg16.conv2_2.conv.weight")
                  ->equal(*file.find(std::string(GetParam().fourth) + "weight")));
}

TEST_P(BaselineFiles, AreNamedWhereAnotherNetworkIsWanted) {
  auto segmenter = jcs::test::tiny_segmenter();
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { jcs::weights::load_into(*segmenter, filled()); }),
              HasSubstr(std::string("it looks like ") + GetParam().looks));
  jcs::test::save_segmenter(dir_ / "seg.safetensors",
                            *jcs::test::tiny_baseline(GetParam().architecture));
  EXPECT_THAT(error_line<jcs::WeightsError>(
                  [&] { jcs::weights::load_classifier(dir_ / "seg.safetensors"); }),
              HasSubstr("weights of the wrong network (expected a classifier, got a segmenter)"));
}

INSTANTIATE_TEST_SUITE_P(
    All, BaselineFiles,
    testing::Values(Baseline{Architecture::kUnet, "unet", "a U-Net segmenter", "down1.conv1.conv.",
                             "down2.conv2.conv."},
                    Baseline{Architecture::kDss, "dss", "a DSS segmenter", "base.0.", "base.7."},
                    Baseline{Architecture::kEgnet, "egnet", "an EGNet segmenter", "base.base.0.",
                             "base.base.7."},
                    Baseline{Architecture::kPoolnet, "poolnet", "a PoolNet segmenter",
                             "base.vgg16.base.0.", "base.vgg16.base.7."}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(PublishedBaselines, AreRecognisedAtTheirFullWidth) {
  for (const auto& [name, architecture] :
       {std::pair{"dss", Architecture::kDss}, std::pair{"egnet", Architecture::kEgnet},
        std::pair{"poolnet", Architecture::kPoolnet}}) {
    const auto keys = jcs::test::reference_dir() / (std::string(name) + "_keys.json");
    JCS_NEEDS(keys);
    std::ifstream in(keys);
    TensorMap tensors;
    for (const auto& entry : nlohmann::json::parse(in)) {
      tensors.add(entry[0], at::zeros({}).expand(entry[1].get<std::vector<std::int64_t>>()));
    }
    const auto card = jcs::weights::card_of_release(tensors);
    ASSERT_TRUE(card.has_value()) << name;
    EXPECT_EQ(card->task, Task::kSegmentation);
    EXPECT_EQ(card->segmenter, SegmenterOptions::baseline(architecture));
  }
}

TEST(BaselineCards, RefuseWhatMeansNothingToTheNetwork) {
  const jcs::test::TempDir dir;
  auto network = jcs::test::tiny_baseline(Architecture::kDss);
  ModelCard card;
  card.task = Task::kSegmentation;
  card.segmenter = network->options();
  card.segmenter.fusion = SegmenterOptions::Fusion::kPaper;
  card.segmenter.classifier.layers = {1, 1, 1, 1};
  card.segmenter.classifier.planes = 4;
  jcs::weights::save_model(dir / "f.safetensors", *network, card);
  EXPECT_THAT(
      error_line<jcs::WeightsError>([&] { jcs::weights::load_segmenter(dir / "f.safetensors"); }),
      HasSubstr("DSS takes no features of a classifier"));
}

}  // namespace
