// Our networks against outputs of the published ones, all filled by one rule.
#include <gtest/gtest.h>

#include "jcs/models/classifier.hpp"
#include "jcs/models/segmenter.hpp"

#include "support/reference_input.hpp"
#include "support/single_thread.hpp"

namespace {

using namespace jcs::models;
using namespace jcs::test;

constexpr double kTolerance = 1e-4;

class ReferenceTest : public testing::Test {
 protected:
  void SetUp() override {
    JCS_NEEDS(reference_dir());
    JCS_NEEDS(data_dir());
  }
  const torch::NoGradGuard no_grad_;
};

TEST_F(ReferenceTest, SegmenterOfTheRelease) {
  Segmenter net(SegmenterOptions::release());
  expect_same_names(*net, reference_dir() / "single_keys.json");
  fill_by_rule(*net);
  net->eval();
  for (const auto& [file, crop] : {std::pair{"single_0", std::array{192, 192, 128, 128}},
                                   std::pair{"single_1", std::array{100, 150, 160, 96}}}) {
    const auto x = reference_input(crop[0], crop[1], crop[2], crop[3]);
    const auto expected = read_npy(reference_dir() / (std::string(file) + ".npy"));
    const auto got = torch::sigmoid(net->forward(x));
    EXPECT_LT(relative_difference(file, got, expected), kTolerance);
    EXPECT_TRUE(torch::equal(torch::sigmoid(net->predict(x)), got.narrow(1, 0, 1)));
  }
}

// A crop of a picture and its annotation as the first training steps saw them.
std::pair<torch::Tensor, torch::Tensor> training_pair(const nlohmann::json& steps, int index) {
  const std::string name = steps.at("images")[index];
  const auto& crop = steps.at("crop");
  const auto folder = data_dir() / "COVID-19-CT100" / "tr_mask_new";
  auto file = folder / name;
  if (!std::filesystem::exists(file)) {
    file = folder / ("tr_mask" + name.substr(name.rfind('_')));
  }
  const cv::Mat grey = cv::imread(file.string(), cv::IMREAD_GRAYSCALE);
  const cv::Mat mask = grey(cv::Rect(crop[1], crop[0], crop[3], crop[2])).clone();
  const auto annotation =
      torch::from_blob(mask.data, {1, 1, mask.rows, mask.cols}, torch::kUInt8).gt(0);
  return {reference_input(crop[0], crop[1], crop[2], crop[3], name), annotation.to(torch::kFloat)};
}

TEST_F(ReferenceTest, SegmenterLearnsAsThePublishedOne) {
  const torch::AutoGradMode with_gradient(true);
  std::ifstream in(reference_dir() / "single_train.json");
  const auto steps = nlohmann::json::parse(in);
  Segmenter net(SegmenterOptions::release());
  fill_by_rule(*net);
  torch::optim::Adam optimizer(
      net->parameters(),
      torch::optim::AdamOptions(steps.at("lr")[0].get<double>()).weight_decay(1e-4));
  for (int step = 0; step < 2; ++step) {
    const auto [x, annotation] = training_pair(steps, step);
    const auto logits = net->forward(x);
    std::vector<torch::Tensor> losses;
    for (int side = 0; side < 5; ++side) {
      const auto logit = logits.narrow(1, side, 1);
      const auto p = torch::sigmoid(logit);
      losses.push_back(torch::binary_cross_entropy_with_logits(logit, annotation) + 1 -
                       (2 * (p * annotation).sum() + 1e-5) / (p.sum() + annotation.sum() + 1e-5));
    }
    const auto got = torch::stack(losses);
    const auto expected = torch::tensor(
        steps.at("per_output_loss")[step].get<std::vector<double>>(), torch::kFloat64);
    // The second step shows the gradients of the first, whose rounding Adam enlarges: it divides
    // every gradient by its own size.
    EXPECT_LT(relative_difference("single_train." + std::to_string(step), got.detach(), expected),
              step == 0 ? kTolerance : 1e-3);
    optimizer.zero_grad();
    got.sum().backward();
    optimizer.step();
  }
}

TEST_F(ReferenceTest, SegmenterFusedWithTheClassifier) {
  Segmenter net(SegmenterOptions::joint_release());
  expect_same_names(*net, reference_dir() / "joint_keys.json");
  fill_by_rule(*net);
  net->eval();
  const auto got = torch::sigmoid(net->forward(reference_input(192, 192, 128, 128)));
  EXPECT_LT(relative_difference("joint_0", got, read_npy(reference_dir() / "joint_0.npy")),
            kTolerance);
}

TEST_F(ReferenceTest, ClassifierOfTheRelease) {
  Classifier net(ClassifierOptions::release());
  expect_same_names(*net, reference_dir() / "res2net_cls_keys.json");
  fill_by_rule(*net);
  net->eval();
  const auto expected = read_npz(reference_dir() / "res2net_cls_0.npz");
  const auto got = net->forward(reference_input(144, 144, 224, 224));
  EXPECT_LT(relative_difference("res2net_cls_0.logits", got, expected.at("logits")), kTolerance);
}

void expect_res2net(const Res2NetOptions& backbone, const std::string& name) {
  Classifier net(ClassifierOptions{backbone, 1000, true});
  expect_same_names(*net, reference_dir() / (name + "_keys.json"));
  fill_by_rule(*net);
  net->eval();
  const auto expected = read_npz(reference_dir() / (name + "_0.npz"));
  const auto last = net->features(reference_input(144, 144, 224, 224)).layer4;
  EXPECT_LT(relative_difference(name + ".logits", net->head(last), expected.at("logits")),
            kTolerance);
  const auto thinned = last.slice(2, 0, {}, 2).slice(3, 0, {}, 2);
  EXPECT_LT(relative_difference(name + ".features", thinned, expected.at("features")), kTolerance);
}

TEST_F(ReferenceTest, Res2Net50V1) { expect_res2net(Res2NetOptions::v1(), "res2net50_v1"); }

TEST_F(ReferenceTest, Res2Net50V1b) { expect_res2net(Res2NetOptions::v1b(), "res2net50_v1b"); }

void expect_vgg(bool batch_norm, const std::vector<int>& indices, const std::string& name) {
  VggOptions options;
  options.batch_norm = batch_norm;
  options.norm = Norm::kTrained;
  options.pool_before_last = true;
  Vgg net(options);
  // ImageNet's networks number their layers; ours are named by block and place.
  std::map<std::string, int> index;
  std::size_t next = 0;
  for (const auto& child : net->named_children()) {
    index[child.key()] = indices.at(next++);
  }
  fill_by_rule(*net, [&](const std::string& ours) {
    const auto dot = ours.find('.');
    const std::string rest = ours.substr(dot + 1);
    const bool is_norm = rest.starts_with("bn.");
    return "features." + std::to_string(index.at(ours.substr(0, dot)) + (is_norm ? 1 : 0)) +
           rest.substr(rest.find('.'));
  });
  net->eval();
  const auto got = net->forward(reference_input(144, 144, 224, 224));
  EXPECT_LT(
      relative_difference(name, got, read_npz(reference_dir() / (name + "_0.npz")).at("features")),
      kTolerance);
}

TEST_F(ReferenceTest, Vgg16) {
  expect_vgg(false, {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28}, "vgg16");
}

TEST_F(ReferenceTest, Vgg16WithBatchNorm) {
  expect_vgg(true, {0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40}, "vgg16_bn");
}

}  // namespace
