#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/training/training_loop.hpp"

#include "data/picture_set.hpp"
#include "support/temp_dir.hpp"

namespace jcs::test {

/// One convolution with batch norm that learns the masks; its score falls after the second epoch.
class SmallTask : public training::Task {
 public:
  SmallTask() {
    torch::manual_seed(5);
    network_ = torch::nn::Sequential(torch::nn::Conv2d(3, 4, 3), torch::nn::BatchNorm2d(4),
                                     torch::nn::ReLU(), torch::nn::Conv2d(4, 1, 1));
  }
  torch::nn::Module& network() override { return *network_; }
  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    const auto raw = network_->forward(batch.images);
    seen_type = raw.scalar_type();
    const auto logits = raw.to(torch::kFloat);
    const auto target = batch.masks.slice(2, 1, -1).slice(3, 1, -1);
    const auto loss = torch::binary_cross_entropy_with_logits(logits, target) * batch.share;
    if (poison_at == ++steps) {
      return {loss * std::numeric_limits<float>::quiet_NaN()};
    }
    return {loss, 0.1 * logits.abs().mean() * batch.share};
  }
  [[nodiscard]] std::vector<std::string> figures() const override {
    return {"score", "nothing", "loss"};
  }
  training::Scores validate(Progress&, const std::stop_token&) override {
    if (interrupt_validation) throw Interrupted("stopped");
    ++validations;
    const auto epoch = static_cast<double>(validations + already);
    training::Scores scores = {{"score", epoch <= 2 ? epoch : -epoch}, {"nothing", std::nullopt}};
    if (epoch <= undefined_until) scores.front().second = undefined;
    if (with_loss) {
      scores.emplace_back("loss", 1.0 / epoch);
    }
    return scores;
  }
  void save(const std::filesystem::path& file, const nlohmann::json& provenance) override {
    write_file(file, provenance.dump());
  }
  int poison_at = 0, steps = 0, validations = 0, already = 0;
  int undefined_until = 0;  // epochs whose score is `undefined`
  std::optional<double> undefined;
  bool with_loss = false, interrupt_validation = false;
  torch::ScalarType seen_type = torch::kFloat;

 protected:
  torch::nn::Sequential network_;
};

/// The same without batch statistics, which parts of a batch do not share.
class WithoutStatistics : public SmallTask {
 public:
  WithoutStatistics() {
    torch::manual_seed(5);
    network_ = torch::nn::Sequential(torch::nn::Conv2d(3, 4, 3), torch::nn::ReLU(),
                                     torch::nn::Conv2d(4, 1, 1));
  }
};

class TrainingLoopTest : public testing::Test {
 protected:
  TrainingLoopTest() : set_(10) {
    setup_.run.epochs = 4;
    setup_.run.folder = dir_ / "run";
    setup_.loader = {3, 1, true, true};
    setup_.identity = {{"a", {{"b", 1}}}};
    setup_.invocation = {"key: value\n", {"program", "argument"}, "1.2"};
    augmentation_.contrast = 0.3;
  }
  training::TrainingResult train_it(training::Task& task, const std::stop_token& stop = {}) {
    const data::SliceDataset slices(
        data::read_manifest(set_.manifest()),
        {data::Purpose::kSegmentation, plain_preprocessing(), augmentation_, 1});
    return train(task, slices, setup_, no_progress(), stop);
  }
  static std::map<std::string, torch::Tensor> parameters(training::Task& task) {
    std::map<std::string, torch::Tensor> out;
    for (const auto& item : task.network().named_parameters()) {
      out[item.key()] = item.value().detach().clone();
    }
    return out;
  }
  static std::map<std::string, torch::Tensor> tensors(training::Task& task) {
    std::map<std::string, torch::Tensor> out = parameters(task);
    for (const auto& item : task.network().named_buffers()) {
      out[item.key()] = item.value().clone();
    }
    return out;
  }
  TempDir dir_;
  PictureSet set_;
  data::AugmentationOptions augmentation_;
  training::TrainingSetup setup_;
};

}  // namespace jcs::test
