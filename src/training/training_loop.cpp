#include "jcs/training/training_loop.hpp"

#include <chrono>
#include <cmath>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/training/checkpoint.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/training/run_folder.hpp"

namespace jcs::training {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

torch::Device device_of(const torch::nn::Module& network) {
  return network.parameters().front().device();
}

data::Batch on_device(data::Batch batch, const torch::Device& device) {
  batch.images = batch.images.to(device);
  batch.masks = batch.masks.to(device);
  batch.labels = batch.labels.to(device);
  return batch;
}

// One run: the state between two steps and what moves it forward.
class Run {
 public:
  Run(Task& task, const data::SliceDataset& slices, const TrainingSetup& setup)
      : task_(task),
        slices_(slices),
        setup_(setup),
        folder_(setup.run.folder),
        optimizer_(make_optimizer(task.network(), setup.optimizer)),
        batches_(batches_per_epoch(slices.size(), setup.loader)) {
    const auto all = static_cast<std::int64_t>(batches_) * setup.run.epochs;
    iterations_ = setup.run.iterations > 0 ? std::min(all, setup.run.iterations) : all;
    state_.identity = setup.identity;
    if (std::filesystem::exists(folder_.checkpoint())) {
      state_ = load_checkpoint(folder_.checkpoint(), state_.identity, task.network(), *optimizer_);
    } else {
      folder_.write_configuration(setup.configuration);
    }
  }

  [[nodiscard]] bool complete() const {
    return state_.iteration >= iterations_ && state_.batch == 0;
  }
  [[nodiscard]] const RunState& state() const { return state_; }

  void epoch(Progress& progress, const std::stop_token& stop) {
    epoch_start_ = Clock::now();
    const double before = state_.epoch_seconds;
    task_.network().train();
    const std::string stage =
        "epoch " + std::to_string(state_.epoch + 1) + "/" + std::to_string(setup_.run.epochs);
    data::for_each_batch(slices_, setup_.loader, static_cast<std::uint64_t>(setup_.run.seed),
                         state_.epoch, state_.batch, [&](std::size_t index, data::Batch& batch) {
                           step(on_device(std::move(batch), device_of(task_.network())));
                           state_.batch = index + 1;
                           state_.epoch_seconds = before + since(epoch_start_);
                           progress.update(stage, index + 1, batches_);
                           stop_here(stop);
                           return state_.iteration < iterations_;
                         });
    finish_epoch(progress, stop, before);
  }

 private:
  [[nodiscard]] double rate_at(std::int64_t iteration) const {
    return setup_.optimizer.learning_rate *
           rate_factor(setup_.schedule, iteration, state_.epoch, iterations_);
  }

  void step(const data::Batch& batch) {
    StepRecord record;
    record.iteration = state_.iteration;
    record.epoch = state_.epoch;
    record.learning_rate = rate_at(state_.iteration);
    set_learning_rate(*optimizer_, record.learning_rate);
    optimizer_->zero_grad();
    const std::vector<torch::Tensor> parts = task_.losses(batch);
    torch::Tensor total = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      total = total + parts[i];
    }
    const double loss = total.item<double>();
    if (!std::isfinite(loss)) {
      throw UsageError({"the loss is no longer finite; a lower learning rate may help",
                        "iteration " + std::to_string(state_.iteration + 1), "",
                        std::to_string(loss)});
    }
    total.backward();
    optimizer_->step();
    state_.loss_sum += loss;
    ++state_.iteration;
    if (setup_.observers.on_step) {
      for (const torch::Tensor& part : parts) {
        record.losses.push_back(part.item<double>());
      }
      setup_.observers.on_step(record);
    }
  }

  void stop_here(const std::stop_token& stop) {
    if (stop.stop_requested()) {
      save_checkpoint(folder_.checkpoint(), state_, task_.network(), *optimizer_);
      throw Interrupted("stopped after iteration " + std::to_string(state_.iteration) +
                        "; the same command goes on from " + folder_.checkpoint().string());
    }
  }

  void finish_epoch(Progress& progress, const std::stop_token& stop, double seconds_before) {
    EpochRecord record;
    record.epoch = state_.epoch + 1;
    record.iterations = state_.iteration;
    record.learning_rate = rate_at(std::max<std::int64_t>(0, state_.iteration - 1));
    record.loss = state_.loss_sum / static_cast<double>(std::max<std::size_t>(1, state_.batch));
    const bool last = state_.iteration >= iterations_;
    if (last || record.epoch % setup_.run.validate_every == 0) {
      task_.network().eval();
      const torch::NoGradGuard no_grad;
      try {
        record.scores = task_.validate(progress, stop);
      } catch (const Interrupted&) {
        stop_here(stop);
      }
    }
    record.seconds = seconds_before + since(epoch_start_);
    state_.epochs.push_back(record);
    keep_best(record);
    ++state_.epoch;
    state_.batch = 0;
    state_.loss_sum = 0.0;
    state_.epoch_seconds = 0.0;
    // The checkpoint comes last: a kill before it repeats the epoch, which writes the same files
    // again.
    task_.save(folder_.last(), provenance(record));
    folder_.write_log(state_.epochs);
    save_checkpoint(folder_.checkpoint(), state_, task_.network(), *optimizer_);
    if (setup_.observers.on_epoch) {
      const double per_iteration = record.seconds / static_cast<double>(batches_);
      setup_.observers.on_epoch(
          record, per_iteration * static_cast<double>(iterations_ - state_.iteration));
    }
  }

  void keep_best(const EpochRecord& record) {
    if (record.scores.empty()) {
      return;
    }
    const double score = record.scores.front().second.value_or(0.0);
    if (state_.best_epoch == 0 || score > state_.best_score) {
      state_.best_score = score;
      state_.best_epoch = record.epoch;
      task_.save(folder_.best(), provenance(record));
    }
  }

  [[nodiscard]] nlohmann::json provenance(const EpochRecord& record) const {
    nlohmann::json out = setup_.provenance;
    out["epoch"] = record.epoch;
    out["iterations"] = record.iterations;
    out["seed"] = setup_.run.seed;
    for (const auto& [name, value] : record.scores) {
      out["scores"][name] = value ? nlohmann::json(*value) : nlohmann::json(nullptr);
    }
    return out;
  }

  Task& task_;
  const data::SliceDataset& slices_;
  const TrainingSetup& setup_;
  RunFolder folder_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::size_t batches_;
  std::int64_t iterations_ = 0;
  RunState state_;
  Clock::time_point epoch_start_;
};

}  // namespace

TrainingResult train(Task& task, const data::SliceDataset& slices, const TrainingSetup& setup,
                     Progress& progress, const std::stop_token& stop) {
  Run run(task, slices, setup);
  TrainingResult result;
  result.was_complete = run.complete();
  while (!run.complete()) {
    run.epoch(progress, stop);
  }
  result.epochs = run.state().epochs;
  result.best_score = run.state().best_score;
  result.best_epoch = run.state().best_epoch;
  return result;
}

}  // namespace jcs::training
