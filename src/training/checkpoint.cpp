#include "jcs/training/checkpoint.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/safetensors.hpp"
#include "jcs/weights/tensor_file.hpp"

namespace jcs::training {

namespace {

using nlohmann::json;

constexpr const char* kNetwork = "network/";
constexpr const char* kOptimizer = "optimizer/";
constexpr const char* kStateKey = "jcs.training_state";

json to_json(const Scores& scores) {
  json out = json::array();
  for (const auto& [name, value] : scores) {
    out.push_back({name, value ? json(*value) : json(nullptr)});
  }
  return out;
}

// What nlohmann's classes would convert without a word: -1 and 1e300 to some number of batches.
struct Damaged {};

std::int64_t count(const json& j, const char* key) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;  // no run comes near, no sum overflows
  const json& value = j.at(key);
  if (!value.is_number_integer() || value < 0 || value > kMost) {
    throw Damaged();
  }
  return value.get<std::int64_t>();
}

double number(const json& j, const char* key) {
  const json& value = j.at(key);
  if (!value.is_number()) {
    throw Damaged();
  }
  return value.get<double>();
}

Scores scores_from_json(const json& j) {
  Scores scores;
  for (const json& score : j) {
    scores.emplace_back(score.at(0), score.at(1).is_null()
                                         ? std::nullopt
                                         : std::optional<double>(score.at(1).get<double>()));
  }
  return scores;
}

json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},
          {"iterations", record.iterations},
          {"learning_rate", record.learning_rate},
          {"loss", record.loss},
          {"seconds", record.seconds},
          {"slices_per_second", record.slices_per_second},
          {"waiting", record.waiting},
          {"scores", to_json(record.scores)}};
}

EpochRecord epoch_from_json(const json& j) {
  EpochRecord record;
  record.epoch = count(j, "epoch");
  record.iterations = count(j, "iterations");
  record.learning_rate = number(j, "learning_rate");
  record.loss = number(j, "loss");
  record.seconds = number(j, "seconds");
  record.slices_per_second = number(j, "slices_per_second");
  record.waiting = number(j, "waiting");
  record.scores = scores_from_json(j.at("scores"));
  return record;
}

json to_json(const RunState& state) {
  json epochs = json::array();
  for (const EpochRecord& record : state.epochs) {
    epochs.push_back(to_json(record));
  }
  return {{"identity", state.identity},
          {"data_sha256", state.data_hashes},
          {"epoch", state.epoch},
          {"batch", state.batch},
          {"iteration", state.iteration},
          {"loss_sum", state.loss_sum},
          {"epoch_seconds", state.epoch_seconds},
          {"waiting_seconds", state.waiting_seconds},
          {"best_score", state.best_score},
          {"best_epoch", state.best_epoch},
          {"validations_since_best", state.validations_since_best},
          {"stopped_early", state.stopped_early},
          {"loss_scale", {{"scale", state.loss_scale.scale}, {"steps", state.loss_scale.steps}}},
          {"epochs", epochs}};
}

RunState state_from_json(const json& j) {
  RunState state;
  state.identity = j.at("identity");
  state.data_hashes = j.value("data_sha256", json());
  state.epoch = count(j, "epoch");
  state.batch = static_cast<std::size_t>(count(j, "batch"));
  state.iteration = count(j, "iteration");
  state.loss_sum = number(j, "loss_sum");
  state.epoch_seconds = number(j, "epoch_seconds");
  state.waiting_seconds = number(j, "waiting_seconds");
  state.best_score = number(j, "best_score");
  state.best_epoch = count(j, "best_epoch");
  state.validations_since_best = count(j, "validations_since_best");
  state.stopped_early = j.at("stopped_early").get<bool>();
  const json& scale = j.at("loss_scale");
  state.loss_scale = {number(scale, "scale"), count(scale, "steps")};
  if (state.loss_scale.scale <= 0.0) {
    throw Damaged();
  }
  for (const json& record : j.at("epochs")) {
    state.epochs.push_back(epoch_from_json(record));
  }
  return state;
}

RunState state_of(const weights::TensorFile& file, const std::filesystem::path& path) {
  const auto found = file.metadata.find(kStateKey);
  if (found == file.metadata.end()) {
    throw WeightsError({"is no checkpoint of a training", path.string()});
  }
  try {
    return state_from_json(parsed_json<json>(found->second));
  } catch (const json::exception&) {
  } catch (const Damaged&) {
  }
  throw WeightsError({"the training's state in this checkpoint is damaged", path.string()});
}

// `optimizer.learning_rate was 0.1, is 0.01; …`, at most three of them.
std::string differences(const json& before, const json& now) {
  const json a = before.flatten();
  const json b = now.flatten();
  std::vector<std::string> keys;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b.at(key) != value) {
      keys.push_back(key);
    }
  }
  for (const auto& item : b.items()) {
    if (!a.contains(item.key())) {
      keys.push_back(item.key());
    }
  }
  std::vector<std::string> parts;
  for (const std::string& key : keys) {
    if (parts.size() == 3) {
      parts.push_back(std::to_string(keys.size() - 3) + " more");
      break;
    }
    std::string name = key.substr(std::min<std::size_t>(1, key.size()));
    std::replace(name.begin(), name.end(), '/', '.');
    const auto text = [&](const json& values) {
      return values.contains(key) ? values.at(key).dump() : std::string("absent");
    };
    parts.push_back(name + " was " + text(a) + ", is " + text(b));
  }
  return joined(parts, "; ");
}

}  // namespace

std::string scores_to_text(const std::optional<Scores>& scores) {
  return (scores ? to_json(*scores) : json(nullptr)).dump();
}

std::optional<Scores> scores_from_text(const std::string& text) {
  const json j = json::parse(text);
  return j.is_null() ? std::nullopt : std::optional(scores_from_json(j));
}

void save_checkpoint(const std::filesystem::path& file, const RunState& state,
                     const torch::nn::Module& network, torch::optim::Optimizer& optimizer) {
  weights::TensorMap tensors;
  for (const auto& [name, tensor] : weights::state_of(network)) {
    tensors.add(kNetwork + name, tensor.detach());
  }
  for (const auto& [name, tensor] : optimizer_state(optimizer, network)) {
    tensors.add(kOptimizer + name, tensor);
  }
  weights::write_safetensors(file, tensors, {{kStateKey, to_json(state).dump()}});
}

RunState load_checkpoint(const std::filesystem::path& file, const nlohmann::json& identity,
                         torch::nn::Module& network, torch::optim::Optimizer& optimizer) {
  const weights::TensorFile stored = weights::read_tensors(file);
  RunState state = state_of(stored, file);
  if (state.identity != identity) {
    throw UsageError({"holds a run of another configuration or other data (" +
                          differences(state.identity, identity) +
                          "); name another folder, or start anew with --restart",
                      file.parent_path().string()});
  }
  weights::TensorMap memory;
  for (const auto& [name, tensor] : stored.tensors) {
    if (name.starts_with(kOptimizer)) {
      memory.add(name.substr(std::string(kOptimizer).size()), tensor);
    }
  }
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : weights::state_of(network)) {
    const torch::Tensor* found = stored.tensors.find(kNetwork + name);
    if (found == nullptr || found->sizes() != tensor.sizes() ||
        found->scalar_type() != tensor.scalar_type()) {
      throw WeightsError({"checkpoint does not fit the network", file.string() + ": " + name});
    }
    tensor.copy_(*found);
  }
  restore_optimizer_state(optimizer, network, memory);
  return state;
}

}  // namespace jcs::training
