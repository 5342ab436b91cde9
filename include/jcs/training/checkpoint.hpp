#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include "jcs/training/loss_scale.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Where a run stands between two steps. Together with the network and the optimizer it is all that
/// is needed to go on: the order of an epoch, the augmentation and the mixing follow from seed,
/// epoch and index.
struct RunState {
  nlohmann::json identity;       ///< configuration and manifests of the run
  nlohmann::json data_hashes;    ///< what the manifests' files hold, as TrainingSetup has it
  std::int64_t epoch = 0;        ///< under way, from 0
  std::size_t batch = 0;         ///< next batch of that epoch
  std::int64_t iteration = 0;    ///< next step of the run
  double loss_sum = 0.0;         ///< over the epoch's steps so far
  double epoch_seconds = 0.0;    ///< spent in the epoch so far
  double waiting_seconds = 0.0;  ///< of them, waiting for slices
  double best_score = 0.0;
  std::int64_t best_epoch = 0;
  std::int64_t validations_since_best = 0;
  bool stopped_early = false;
  LossScale::State loss_scale;
  std::vector<EpochRecord> epochs;  ///< finished ones
};

/// Figures as text for other processes, and back. Nothing is text too.
std::string scores_to_text(const std::optional<Scores>& scores);
std::optional<Scores> scores_from_text(const std::string& text);

/// Writes network, optimizer and state into one file, whole or not at all. @throws OutputError
void save_checkpoint(const std::filesystem::path& file, const RunState& state,
                     const torch::nn::Module& network, torch::optim::Optimizer& optimizer);

/// Restores what `save_checkpoint` wrote. The identity is checked before anything else is touched.
/// @throws UsageError naming what differs when the checkpoint is of another configuration or data;
/// WeightsError when it is damaged.
RunState load_checkpoint(const std::filesystem::path& file, const nlohmann::json& identity,
                         torch::nn::Module& network, torch::optim::Optimizer& optimizer);

}  // namespace jcs::training
