#include "jcs/weights/model_file.hpp"

#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/hash.hpp"
#include "jcs/weights/convert.hpp"
#include "jcs/weights/json_options.hpp"
#include "jcs/weights/safetensors.hpp"
#include "jcs/weights/verify.hpp"

#include "support/error_line.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::TempDir;
using jcs::weights::ModelCard;
using jcs::weights::Task;
using jcs::weights::TensorMap;
using testing::HasSubstr;

ModelCard a_card() {
  ModelCard card;
  card.preprocessing.window_center = -500.0;
  card.preprocessing.resize = 96;
  card.preprocessing.crop = 80;
  card.thresholds.positive_slices = 7;
  card.thresholds.pixel_probability = 0.25;
  card.provenance = {{"manifest_sha256", "abc"}, {"epochs", 3}};
  return card;
}

class ModelFile : public testing::Test {
 protected:
  // The file with its metadata changed.
  std::filesystem::path with(const std::string& key, const std::string& text) {
    auto file = jcs::weights::read_tensors(dir_ / "cls.safetensors");
    file.metadata[key] = text;
    jcs::weights::write_safetensors(dir_ / "changed.safetensors", file.tensors, file.metadata);
    return dir_ / "changed.safetensors";
  }
  template <class Action>
  std::string refusal(Action action) {
    return error_line<jcs::WeightsError>(action);
  }

  TempDir dir_;
  jcs::models::Classifier classifier_ = jcs::test::tiny_classifier();
};

TEST_F(ModelFile, AClassifierComesBackWithItsCard) {
  ModelCard card = a_card();
  card.classifier = classifier_->options();
  jcs::weights::save_model(dir_ / "cls.safetensors", *classifier_, card);
  auto loaded = jcs::weights::load_classifier(dir_ / "cls.safetensors");
  EXPECT_EQ(jcs::weights::to_metadata(loaded.card), jcs::weights::to_metadata(card));
  EXPECT_EQ(loaded.card.preprocessing, card.preprocessing);
  EXPECT_EQ(loaded.card.provenance, card.provenance);
  EXPECT_TRUE(loaded.report.complete());
  EXPECT_EQ(loaded.sha256, jcs::sha256_file(dir_ / "cls.safetensors"));
  EXPECT_FALSE(loaded.net->is_training());
  const torch::NoGradGuard no_grad;
  const auto x = torch::rand({1, 3, 64, 64});
  EXPECT_TRUE(loaded.net->forward(x).equal(classifier_->forward(x)));
}

TEST_F(ModelFile, ASegmenterComesBackWithItsCard) {
  for (const bool fused : {false, true}) {
    auto segmenter = jcs::test::tiny_segmenter(3, fused);
    ModelCard card = a_card();
    card.task = Task::kSegmentation;
    card.segmenter = segmenter->options();
    jcs::weights::save_model(dir_ / "seg.safetensors", *segmenter, card);
    auto loaded = jcs::weights::load_segmenter(dir_ / "seg.safetensors");
    EXPECT_EQ(loaded.card, card);
    const torch::NoGradGuard no_grad;
    const auto x = torch::rand({1, 3, 64, 64});
    EXPECT_TRUE(loaded.net->predict(x).equal(segmenter->predict(x)));
  }
}

TEST_F(ModelFile, TheWrongNetworkIsNamed) {
  jcs::test::save(dir_ / "cls.safetensors", classifier_);
  jcs::test::save(dir_ / "seg.safetensors", jcs::test::tiny_segmenter());
  EXPECT_THAT(refusal([&] { jcs::weights::load_segmenter(dir_ / "cls.safetensors"); }),
              HasSubstr("weights of the wrong network (expected a segmenter, got a classifier)"));
  EXPECT_THAT(refusal([&] { jcs::weights::load_classifier(dir_ / "seg.safetensors"); }),
              HasSubstr("weights of the wrong network (expected a classifier, got a segmenter)"));
}

TEST_F(ModelFile, BadCardsAreRefused) {
  jcs::test::save(dir_ / "cls.safetensors", classifier_);
  const auto line = [&](const std::string& key, const std::string& text) {
    const auto file = with(key, text);
    const std::string said = refusal([&] { jcs::weights::load_classifier(file); });
    EXPECT_THAT(said, HasSubstr("changed.safetensors"));
    // Nothing is made of it either.
    EXPECT_EQ(refusal([&] { jcs::weights::convert(file, dir_ / "new.safetensors"); }), said);
    EXPECT_FALSE(std::filesystem::exists(dir_ / "new.safetensors"));
    return said;
  };
  EXPECT_THAT(line("jcs_format_version", "2"), HasSubstr("another version of the format"));
  EXPECT_THAT(line("task", "painting"), HasSubstr("unknown task"));
  EXPECT_THAT(line("preprocessing", "{"), HasSubstr("'preprocessing' is no JSON object"));
  EXPECT_THAT(
      line("provenance", "{\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}"),
      HasSubstr("'provenance' is no JSON object"));
  EXPECT_THAT(line("preprocessing", R"({"size": 3})"), HasSubstr("unknown key 'size'"));
  EXPECT_THAT(line("preprocessing", R"({"resize": 64, "crop": 65})"),
              HasSubstr("the crop is larger than the slice is after resizing"));
  EXPECT_THAT(line("architecture", R"({"classes": 1})"), HasSubstr("'classes'"));
  EXPECT_THAT(line("architecture", R"({"backbone": {"layers": [1, 1]}})"),
              HasSubstr("'layers' has a wrong length"));
  // The release's network in a file of a few kilobytes: refused before it is built.
  EXPECT_THAT(line("architecture", R"({"backbone": {"planes": 512, "layers": [9, 9, 99, 9]}})"),
              HasSubstr("larger than its tensors"));
  // The right size, but another architecture.
  auto options = classifier_->options();
  options.bias = !options.bias;
  EXPECT_THAT(line("architecture", jcs::weights::to_json(options).dump()),
              HasSubstr("does not fit the network"));
}

// A ReLU makes 0 of what is no number, so that the network would answer.
TEST_F(ModelFile, NumbersThatNoNetworkComputesWithAreRefused) {
  ModelCard card = a_card();
  card.classifier = classifier_->options();
  const auto refused = [&](const std::string& name, const at::Tensor& value) {
    jcs::weights::save_model(dir_ / "cls.safetensors", *classifier_, card);
    auto file = jcs::weights::read_tensors(dir_ / "cls.safetensors");
    TensorMap changed;
    for (const auto& [key, tensor] : file.tensors) {
      changed.add(key, key == name ? value.expand_as(tensor).contiguous() : tensor);
    }
    jcs::weights::write_safetensors(dir_ / "bad.safetensors", changed, file.metadata);
    const std::string line =
        refusal([&] { jcs::weights::load_classifier(dir_ / "bad.safetensors"); });
    EXPECT_EQ(refusal([&] { jcs::weights::verify(dir_ / "bad.safetensors"); }), line);
    return line;
  };
  const std::string var = "bn1.running_var";
  EXPECT_THAT(refused(var, torch::tensor(-5.0F)), HasSubstr(var + ": a variance is negative"));
  EXPECT_THAT(refused(var, torch::tensor(std::nanf(""))), HasSubstr("numbers are not finite"));
  const std::string weight = "layer1.0.conv1.weight";
  EXPECT_THAT(refused(weight, torch::tensor(1e300, torch::kDouble)), HasSubstr(weight + ": "));
  EXPECT_THAT(refused(weight, torch::tensor(-INFINITY)), HasSubstr("numbers are not finite"));
}

TEST_F(ModelFile, ClassifiersWithoutCardAreReadFromTheirShapes) {
  auto options = jcs::models::ClassifierOptions::compact();
  options.backbone.layers = {1, 2, 1, 1};
  options.backbone.planes = 8;
  options.backbone.scale = 3;
  for (const auto version :
       {jcs::models::Res2NetOptions::Version::kV1, jcs::models::Res2NetOptions::Version::kV1b}) {
    options.backbone.version = version;
    options.bias = version == jcs::models::Res2NetOptions::Version::kV1;
    // The two kinds of batch norm differ by an epsilon, which the outputs would show.
    options.backbone.norm = options.bias ? jcs::models::Norm::kTrained : jcs::models::Norm::kFrozen;
    jcs::models::Classifier network(options);
    const TensorMap state = jcs::weights::state_of(*network);
    const auto card = jcs::weights::card_of_release(state);
    ASSERT_TRUE(card.has_value());
    EXPECT_EQ(card->task, Task::kClassification);
    EXPECT_NO_THROW(jcs::weights::require_fit(*card, state, "f"));
    jcs::weights::write_safetensors(dir_ / "plain.safetensors", state);
    auto loaded = jcs::weights::load_classifier(dir_ / "plain.safetensors");
    network->eval();
    const torch::NoGradGuard no_grad;
    const auto x = torch::rand({1, 3, 64, 64});
    EXPECT_TRUE(loaded.net->forward(x).equal(network->forward(x)));
  }
}

// Other programs keep words of their own there.
TEST_F(ModelFile, TheCardOfAConvertedReleaseGoesBeforeForeignMetadata) {
  jcs::weights::write_safetensors(dir_ / "plain.safetensors", jcs::weights::state_of(*classifier_),
                                  {{"task", "x"},
                                   {"thresholds", R"({"positive_slices": 1})"},
                                   {"format", "of others"},
                                   {"by", "hand"}});
  const auto done =
      jcs::weights::convert(dir_ / "plain.safetensors", dir_ / "with_card.safetensors");
  ASSERT_TRUE(done.card.has_value());
  EXPECT_EQ(jcs::weights::load_classifier(dir_ / "with_card.safetensors").card, *done.card);
  const auto written = jcs::weights::read_tensors(dir_ / "with_card.safetensors");
  EXPECT_EQ(written.metadata.at("by"), "hand");
  EXPECT_EQ(written.metadata.at("format"), "pt");
}

TEST_F(ModelFile, NetworksForOtherClassesAreNamed) {
  auto options = classifier_->options();
  options.classes = 1000;
  jcs::models::Classifier network(options);
  jcs::weights::write_safetensors(dir_ / "f.safetensors", jcs::weights::state_of(*network));
  EXPECT_THAT(refusal([&] { jcs::weights::load_classifier(dir_ / "f.safetensors"); }),
              HasSubstr("a Res2Net of 1000 classes"));
  TensorMap other;
  other.add("a", at::zeros({1}));
  jcs::weights::write_safetensors(dir_ / "f.safetensors", other);
  EXPECT_THAT(refusal([&] { jcs::weights::load_classifier(dir_ / "f.safetensors"); }),
              HasSubstr("expected a classifier, got unknown names"));
}

struct Release {
  const char* keys;
  Task task;
  int resize, crop;
};

class ReleasedFiles : public testing::TestWithParam<Release> {};

TEST_P(ReleasedFiles, GetTheReleasesArchitectureAndPreprocessing) {
  const auto keys = jcs::test::reference_dir() / GetParam().keys;
  JCS_NEEDS(keys);
  std::ifstream in(keys);
  TensorMap tensors;
  for (const auto& entry : nlohmann::json::parse(in)) {
    // Only names and shapes matter: one number stands for all.
    const std::string name = entry[0];
    const auto type = name.ends_with("num_batches_tracked") ? at::kLong : at::kFloat;
    tensors.add(name, at::zeros({}, type).expand(entry[1].get<std::vector<std::int64_t>>()));
  }
  const auto card = jcs::weights::card_of_release(tensors);
  ASSERT_TRUE(card.has_value());
  EXPECT_EQ(card->task, GetParam().task);
  EXPECT_EQ(card->preprocessing.resize, GetParam().resize);
  EXPECT_EQ(card->preprocessing.crop, GetParam().crop);
  EXPECT_EQ(card->preprocessing.mean, jcs::Preprocessing().mean);
  const auto& norm = card->task == Task::kClassification ? card->classifier.backbone.norm
                                                         : card->segmenter.encoder.norm;
  EXPECT_EQ(norm, jcs::models::Norm::kFrozen);
  jcs::weights::require_fit(*card, tensors, GetParam().keys);
}

INSTANTIATE_TEST_SUITE_P(All, ReleasedFiles,
                         testing::Values(Release{"single_keys.json", Task::kSegmentation, 512, 0},
                                         Release{"joint_keys.json", Task::kSegmentation, 512, 0},
                                         Release{"res2net_cls_keys.json", Task::kClassification,
                                                 256, 224}),
                         [](const auto& info) {
                           const std::string keys = info.param.keys;
                           return keys.substr(0, keys.find("_keys"));
                         });

}  // namespace
