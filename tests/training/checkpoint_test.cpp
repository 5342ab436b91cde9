#include "jcs/training/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/weights/safetensors.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::training::RunState;
using jcs::weights::TensorFile;
using testing::HasSubstr;

constexpr const char* kState = "jcs.training_state";

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    network_->forward(torch::ones({1, 2})).sum().backward();
    optimizer_->step();
    state_.identity = {{"seed", 1}};
    state_.epoch = 2;
    state_.epochs.push_back({});
    state_.epochs.back().scores = {{"dice", 0.5}, {"auc", std::nullopt}};
    jcs::training::save_checkpoint(file_, state_, *network_, *optimizer_);
  }
  RunState load() {
    return jcs::training::load_checkpoint(file_, state_.identity, *network_, *optimizer_);
  }
  /// The line with which the file is refused once its state, or one tensor, is another.
  std::string refusal_of(const std::string& state) {
    TensorFile file = whole_;
    file.metadata[kState] = state;
    return refusal_of(file.tensors, file.metadata);
  }
  std::string refusal_with(const std::string& name, const torch::Tensor& tensor) {
    jcs::weights::TensorMap tensors;
    for (const auto& [key, value] : whole_.tensors) tensors.add(key, key == name ? tensor : value);
    return refusal_of(tensors, whole_.metadata);
  }
  std::string refusal_of(const jcs::weights::TensorMap& tensors,
                         const std::map<std::string, std::string>& metadata) {
    jcs::weights::write_safetensors(file_, tensors, metadata);
    return jcs::test::error_line<jcs::WeightsError>([&] { load(); });
  }

  jcs::test::TempDir dir_;
  std::filesystem::path file_ = dir_ / "last.ckpt";
  torch::nn::Linear network_{2, 1};
  std::unique_ptr<torch::optim::Optimizer> optimizer_ =
      jcs::training::make_optimizer(*network_, {});
  RunState state_;
  TensorFile whole_;
};

TEST_F(CheckpointTest, ComesBackAsItWas) {
  const RunState state = load();
  EXPECT_EQ(state.epoch, 2);
  ASSERT_EQ(state.epochs.size(), 1u);
  EXPECT_EQ(state.epochs[0].scores, state_.epochs[0].scores);
}

TEST_F(CheckpointTest, NumbersThatCannotBeAreRefused) {
  whole_ = jcs::weights::read_tensors(file_);
  for (const char* key : {"epoch", "batch", "iteration", "best_epoch", "validations_since_best"}) {
    for (const nlohmann::json& bad :
         {nlohmann::json(-1), nlohmann::json(1e300), nlohmann::json(9223372036854775807),
          nlohmann::json("2"), nlohmann::json(true), nlohmann::json(nullptr)}) {
      auto state = nlohmann::json::parse(whole_.metadata.at(kState));
      state[key] = bad;
      EXPECT_THAT(refusal_of(state.dump()), HasSubstr("is damaged")) << key << " " << bad;
    }
  }
  for (const char* text : {"", "null", "[]", "{", "\"a\""}) {
    EXPECT_THAT(refusal_of(text), HasSubstr("is damaged")) << text;
  }
  auto state = nlohmann::json::parse(whole_.metadata.at(kState));
  state["loss_scale"]["scale"] = 0;
  EXPECT_THAT(refusal_of(state.dump()), HasSubstr("is damaged"));
}

TEST_F(CheckpointTest, AStateThatNestsWithoutEndIsRefused) {
  whole_ = jcs::weights::read_tensors(file_);
  std::string state = whole_.metadata.at(kState);
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  const std::string identity = R"({"seed":1})";
  state.replace(state.find(identity), identity.size(), deep);
  EXPECT_THAT(refusal_of(state), HasSubstr("is damaged"));
}

TEST_F(CheckpointTest, TensorsOfAnotherKindAreRefused) {
  whole_ = jcs::weights::read_tensors(file_);
  const std::string weight = "network/weight";
  EXPECT_THAT(refusal_with(weight, torch::ones({1, 3})), HasSubstr("weight: checkpoint does"));
  EXPECT_THAT(refusal_with(weight, torch::ones({1, 2}, torch::kInt64)),
              HasSubstr("weight: checkpoint does"));
  const std::string step = "optimizer/weight.step";
  ASSERT_NE(whole_.tensors.find(step), nullptr);
  for (const torch::Tensor& bad : {torch::ones({2}, torch::kInt64), torch::ones({0}, torch::kInt64),
                                   torch::tensor(1.5f), torch::tensor(-3, torch::kInt64)}) {
    EXPECT_THAT(refusal_with(step, bad), HasSubstr("weight.step"));
  }
}

TEST(RunFolder, ARecordIsOneThatCanBeReadAndSaysTheSame) {
  const jcs::test::TempDir dir;
  const jcs::training::RunFolder folder(dir.path());
  EXPECT_FALSE(folder.has_record(false));
  std::string deep = R"({"complete":false,"data_sha256":)";
  deep.append(200'000, '[').append(200'000, ']').append("}");
  for (const std::string& none : {deep, std::string("{}"), std::string("[]"), std::string("{")}) {
    jcs::write_file(dir / "run.json", none);
    EXPECT_FALSE(folder.has_record(false));
  }
  jcs::write_file(dir / "run.json", R"({"complete":false})");
  EXPECT_TRUE(folder.has_record(false));
  EXPECT_FALSE(folder.has_record(true));
}

}  // namespace
