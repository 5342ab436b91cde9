#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "jcs/core/progress.hpp"
#include "jcs/data/loader.hpp"
#include "jcs/parallel/ranks.hpp"
#include "jcs/training/options.hpp"

namespace jcs::training {

/// Figures of one validation by name. The first is the one by which the best weights are chosen
/// unless the run says otherwise; more is better, except for `loss`. Nothing where a figure is
/// undefined, such as a sensitivity without positive slices.
using Scores = std::vector<std::pair<std::string, std::optional<double>>>;

/// 95 % interval of a figure.
struct ScoreInterval {
  std::string name;  ///< as in Scores
  double low = 0.0, high = 0.0;
};

/// A network that learns, with its losses and its validation. The loop does the rest.
class Task {
 public:
  virtual ~Task() = default;
  virtual torch::nn::Module& network() = 0;
  /// The parts of the loss of a batch that is on the network's device; their sum is minimised.
  /// Where the batch is a part of one, each is this part's share: shares add up to the loss of the
  /// whole.
  virtual std::vector<torch::Tensor> losses(const data::Batch& batch) = 0;
  /// The names of all figures that `validate` may give.
  [[nodiscard]] virtual std::vector<std::string> figures() const = 0;
  /// Measures the network as it is on the validation slices. Called in evaluation mode, without
  /// gradients.
  virtual Scores validate(Progress& progress, const std::stop_token& stop) = 0;
  /// Intervals of the figures of the last validation, as far as there are any.
  [[nodiscard]] virtual std::vector<ScoreInterval> intervals() const { return {}; }
  /// Writes the network as a file of weights that needs no other file.
  virtual void save(const std::filesystem::path& file, const nlohmann::json& provenance) = 0;
  /// A picture (PNG) of a few validation slices with what the network makes of them, for those who
  /// watch; empty: none. Called as `validate` is.
  virtual std::vector<std::byte> samples() { return {}; }
};

/// What happened in one step; for those who want to watch.
struct StepRecord {
  std::int64_t iteration = 0;  ///< from 0
  std::int64_t epoch = 0;      ///< from 0
  double learning_rate = 0.0;
  std::vector<double> losses;  ///< the parts
  double gradient_norm = 0.0;  ///< before clipping
};

/// What happened in one epoch.
struct EpochRecord {
  std::int64_t epoch = 0;          ///< from 1
  std::int64_t iterations = 0;     ///< done since the start of the run
  double learning_rate = 0.0;      ///< of the last step
  double loss = 0.0;               ///< mean over the epoch's steps
  Scores scores;                   ///< empty where the epoch was not validated
  double seconds = 0.0;            ///< steps and validation
  double slices_per_second = 0.0;  ///< while learning
  double waiting = 0.0;            ///< share of the learning time that was spent waiting for slices
};

struct TrainingResult {
  std::vector<EpochRecord> epochs;
  std::string best_by;  ///< the figure that chose the best epoch; empty without one
  double best_score = 0.0;
  std::int64_t best_epoch = 0;  ///< from 1; 0: never validated
  bool was_complete = false;    ///< nothing was left to do
  bool stopped_early = false;   ///< the figures no longer got better
};

/// Those who want to watch a training.
struct Observers {
  std::function<void(const StepRecord&)> on_step;
  std::function<void(const EpochRecord&, double seconds_left)> on_epoch;
};

/// How a run was started; its folder keeps it.
struct Invocation {
  std::string configuration;         ///< the effective options as YAML
  std::vector<std::string> command;  ///< program and arguments
  std::string version;               ///< of the program
  bool restart = false;  ///< what the folder holds of an earlier run goes, once all that this one
                         ///< needs has been read
  /// A launcher gives the command again: `restart` was for the first time.
  bool relaunched = false;
};

/// What the model card says besides figures.
struct CardFacts {
  std::string title;                           ///< what the network is
  std::string purpose;                         ///< what it does, one sentence
  std::string training, validation;            ///< how many slices of how many patients
  std::string training_file, validation_file;  ///< the manifests
};

struct TrainingSetup {
  RunOptions run;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  data::LoaderOptions loader;
  Invocation invocation;
  /// Whatever the result depends on, as nested objects. A run folder with a checkpoint of another
  /// identity is refused, naming what differs.
  nlohmann::json identity;
  nlohmann::json provenance;  ///< what the weights' metadata say of their origin
  /// The processes that share each batch; none: this one alone. Each of them calls `train`, and
  /// rank 0 validates and writes.
  parallel::Ranks* ranks = nullptr;
  CardFacts card;
  nlohmann::json data_hashes;  ///< what the data hold, for run.json; rank 0's count
  Observers observers;
};

/// Trains, going on from the checkpoint in the run's folder where there is one. Leaves there, each
/// whole or not at all: `config.yaml`, `run.json` (what was trained on what), `metrics.csv`,
/// `last.ckpt` (all that is needed to go on), `best.safetensors` with `model_card.md` and, when it
/// is complete, `final.safetensors` (weights alone); besides those TensorBoard's event files and
/// `samples.png`.
/// A stop leaves a checkpoint after the step under way. An epoch that is validated is saved before
/// that too, so that no step is lost by whatever ends the validation.
/// @throws Interrupted after a stop; UsageError when the folder holds another run, the processes
/// were started with different ones, `best_by` names no figure, or the loss is no longer finite;
/// InputError when the data of the run to go on with have changed; parallel::RankLost.
TrainingResult train(Task& task, const data::SliceDataset& slices, const TrainingSetup& setup,
                     Progress& progress, const std::stop_token& stop);

}  // namespace jcs::training
