#include "jcs/training/training_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/training/checkpoint.hpp"
#include "jcs/training/event_file.hpp"
#include "jcs/training/run_folder.hpp"

#include "agreement.hpp"
#include "card_text.hpp"
#include "reused_memory.hpp"
#include "run_record.hpp"
#include "setting_warnings.hpp"
#include "stepper.hpp"
#include "watch.hpp"

namespace jcs::training {

namespace {

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One run: the state between two steps and what moves it forward.
class Run {
 public:
  Run(Task& task, const data::SliceDataset& slices, const TrainingSetup& setup)
      : task_(task),
        slices_(slices),
        setup_(setup),
        ranks_(setup.ranks != nullptr && !setup.ranks->is_alone() ? setup.ranks : nullptr),
        folder_(setup.run.folder),
        stepper_(task, setup),
        batches_(batches_per_epoch(slices.size(), setup.loader)) {
    const auto all = static_cast<std::int64_t>(batches_) * setup.run.epochs;
    iterations_ = setup.run.iterations > 0 ? std::min(all, setup.run.iterations) : all;
    state_.identity = setup.identity;
    if (!setup.run.best_by.empty()) {
      require_figure(task.figures(), setup.run.best_by);
    }
    if (writes()) {
      warn_of_settings(setup, slices, iterations_);
      lock_.emplace(folder_.lock());
      clear_for_restart();
      folder_.sweep();
    }
    if (ranks_ != nullptr) {
      ranks_->barrier();  // nobody looks for a checkpoint that is about to go
    }
    const bool resumes = agree_to_resume(ranks_, setup.identity, folder_);
    if (resumes) {
      state_ = load_checkpoint(folder_.checkpoint(), state_.identity, task.network(),
                               stepper_.optimizer());
      saved_at_ = state_.iteration;
      if (writes()) {
        require_same_data(setup.data_hashes, state_.data_hashes);
        // Where the data lie now, on what device it goes on: no part of the identity.
        folder_.write_configuration(setup.invocation.configuration);
        if (!folder_.has_record(complete())) write_run();
        best_on_disk_ = epoch_of(folder_.best());
      }
      stepper_.loss_scale().restore(state_.loss_scale);
    } else if (writes()) {
      state_.data_hashes = setup.data_hashes;
      folder_.write_configuration(setup.invocation.configuration);
      write_run();
    }
    share_network(ranks_, task_.network());
  }

  [[nodiscard]] bool complete() const {
    return state_.batch == 0 && (state_.iteration >= iterations_ || state_.stopped_early);
  }
  [[nodiscard]] const RunState& state() const { return state_; }

  void epoch(Progress& progress, const std::stop_token& stop) {
    if (!watch_ && writes()) {
      watch_.emplace(folder_.path(), state_.iteration);
    }
    task_.network().train();
    const Clock clock(state_);
    const std::string stage =
        "epoch " + std::to_string(state_.epoch + 1) + "/" + std::to_string(setup_.run.epochs);
    steps(progress, stop, clock, stage);
    finish_epoch(progress, stop, clock);
  }

 private:
  // Launchers give the command again as it was, once a process was lost or the job's time was over.
  void clear_for_restart() const {
    if (!setup_.invocation.restart) {
      return;
    }
    if (setup_.invocation.relaunched) {
      log_warning(folder_.path().string() +
                  ": --restart was for the first start; a launcher gives the command again, which "
                  "goes on with what is there");
      return;
    }
    folder_.clear();
  }

  // Rank 0 alone writes files and validates.
  [[nodiscard]] bool writes() const { return ranks_ == nullptr || ranks_->is_first(); }

  // Seconds of the epoch, those before an interruption included.
  class Clock {
   public:
    explicit Clock(const RunState& state) : before_(state.epoch_seconds) {}
    [[nodiscard]] double seconds() const { return before_ + since(start_); }

   private:
    double before_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  };

  // The steps of an epoch that are still to be done.
  void steps(Progress& progress, const std::stop_token& stop, const Clock& clock,
             const std::string& stage) {
    // A run that was stopped after its last step, before or during the validation.
    if (state_.iteration >= iterations_) {
      return;
    }
    const ReusedMemory memory;
    auto idle_from = std::chrono::steady_clock::now();
    data::for_each_batch(slices_, setup_.loader, static_cast<std::uint64_t>(setup_.run.seed),
                         state_.epoch, state_.batch, [&](std::size_t index, data::Batch& part) {
                           state_.waiting_seconds += since(idle_from);
                           const bool moved = step(part, stop);
                           state_.epoch_seconds = clock.seconds();
                           if (moved) {
                             state_.batch = index + 1;
                             progress.update(stage, index + 1, batches_);
                             progress.remark(remark());
                             checkpoint_or_stop(stop);
                           }
                           idle_from = std::chrono::steady_clock::now();
                           return !moved || state_.iteration < iterations_;
                         });
  }

  [[nodiscard]] double rate_at(std::int64_t iteration) const {
    return setup_.optimizer.learning_rate *
           rate_factor(setup_.schedule, iteration, state_.epoch, iterations_);
  }

  [[nodiscard]] std::size_t step_slices() const {
    return std::min(slices_.size(), static_cast<std::size_t>(setup_.run.batch_size));
  }

  [[nodiscard]] double slices_per_second() const {
    const double slices = static_cast<double>(state_.batch) * static_cast<double>(step_slices());
    return state_.epoch_seconds > 0 ? slices / state_.epoch_seconds : 0.0;
  }

  // Of the whole run, by the pace of this epoch and the validations so far.
  [[nodiscard]] double seconds_left(double epoch_seconds) const {
    const double per_step =
        epoch_seconds / static_cast<double>(std::max<std::size_t>(1, state_.batch));
    return per_step * static_cast<double>(iterations_ - state_.iteration);
  }

  [[nodiscard]] std::string remark() const {
    return pace_text(slices_per_second(), seconds_left(state_.epoch_seconds));
  }

  // Whether the weights moved, which they do after the last part of a batch.
  bool step(const data::Batch& part, const std::stop_token& stop) {
    StepRecord record;
    record.iteration = state_.iteration;
    record.epoch = state_.epoch;
    record.learning_rate = rate_at(state_.iteration);
    const auto outcome = stepper_.add(part, record.learning_rate, stop.stop_requested());
    if (!outcome) {
      return false;
    }
    if (!outcome->finite) {
      throw not_finite(*outcome, slices_, state_.iteration + 1, folder_);
    }
    state_.loss_sum += outcome->loss();
    state_.loss_scale = stepper_.loss_scale().state();
    ++state_.iteration;
    record.losses = outcome->losses;
    record.gradient_norm = outcome->gradient_norm;
    stop_asked_ = outcome->stop;
    if (watch_) {
      watch_->step(record, outcome->loss());
    }
    if (setup_.observers.on_step) {
      setup_.observers.on_step(record);
    }
    return true;
  }

  void save() {
    share_network(ranks_, task_.network());
    if (writes()) {
      watch_->flush();
      save_checkpoint(folder_.checkpoint(), state_, task_.network(), stepper_.optimizer());
    }
    saved_at_ = state_.iteration;
  }

  // Between two steps nothing moves but by the end of an epoch, which saves.
  void save_steps() {
    if (saved_at_ != state_.iteration) {
      save();
    }
  }

  [[noreturn]] void stop_here() {
    save_steps();
    throw Interrupted("stopped after iteration " + std::to_string(state_.iteration) + "; " +
                      command_to_go_on(setup_.invocation) + " goes on from " +
                      folder_.checkpoint().string());
  }

  void checkpoint_or_stop(const std::stop_token& stop) {
    const std::int64_t every = setup_.run.checkpoint_every;
    // Several processes stop where all have heard of it; one alone need not wait for its next step.
    if (stop_asked_ || (ranks_ == nullptr && stop.stop_requested())) {
      stop_here();
    }
    if (every > 0 && state_.iteration % every == 0 && state_.batch < batches_) {
      save();
    }
  }

  // Rank 0's figures on all; nothing after a stop.
  std::optional<Scores> validated(Progress& progress, const std::stop_token& stop) {
    std::optional<Scores> scores;
    if (writes()) {
      task_.network().eval();
      const torch::NoGradGuard no_grad;
      try {
        scores = finite(task_.validate(progress, stop));
      } catch (const Interrupted&) {
        // All stop together, below.
      }
    }
    return ranks_ == nullptr
               ? scores
               : scores_from_text(ranks_->gather_texts(scores_to_text(scores)).front());
  }

  void finish_epoch(Progress& progress, const std::stop_token& stop, const Clock& clock) {
    EpochRecord record;
    record.epoch = state_.epoch + 1;
    record.iterations = state_.iteration;
    record.learning_rate = rate_at(std::max<std::int64_t>(0, state_.iteration - 1));
    record.loss = state_.loss_sum / static_cast<double>(std::max<std::size_t>(1, state_.batch));
    record.slices_per_second = slices_per_second();
    record.waiting = state_.epoch_seconds > 0 ? state_.waiting_seconds / state_.epoch_seconds : 0.0;
    const bool last = state_.iteration >= iterations_;
    if (last || record.epoch % setup_.run.validate_every == 0) {
      // A validation may be long, be killed, or find a slice that cannot be read.
      save_steps();
      auto scores = validated(progress, stop);
      if (!scores) {
        stop_here();
      }
      record.scores = std::move(*scores);
    }
    record.seconds = clock.seconds();
    const double left = seconds_left(record.seconds);
    state_.epochs.push_back(record);
    keep_best(record);
    ++state_.epoch;
    state_.batch = 0;
    state_.loss_sum = 0.0;
    state_.epoch_seconds = 0.0;
    state_.waiting_seconds = 0.0;
    leave_files(record);
    if (setup_.observers.on_epoch) {
      setup_.observers.on_epoch(record, state_.stopped_early ? 0.0 : left);
    }
  }

  // The checkpoint comes last: a kill before it repeats the validation, or the epoch where there
  // was none, which on CPUs writes the same files again. On GPUs LibTorch's backward passes add in
  // any order, and another number of threads rounds otherwise (see warn_of_replaced_best).
  void leave_files(const EpochRecord& record) {
    if (writes()) {
      folder_.write_metrics(state_.epochs);
      watch_->epoch(record);
      if (complete()) {
        task_.save(folder_.finished(), provenance_of(setup_, record));
        write_run();
      }
    }
    const std::int64_t keep = writes() ? setup_.run.keep_checkpoints : 0;
    if (keep > 0) {
      save_checkpoint(folder_.checkpoint_of(record.epoch), state_, task_.network(),
                      stepper_.optimizer());
    }
    save();
    if (keep > 0 && record.epoch > keep) {
      std::error_code ignored;
      std::filesystem::remove(folder_.checkpoint_of(record.epoch - keep), ignored);
    }
  }

  void keep_best(const EpochRecord& record) {
    if (record.scores.empty()) {
      return;
    }
    const auto chosen = best_figure(record.scores, setup_.run.best_by);
    if (!chosen.second) {
      // Neither better nor worse than any other.
      if (writes()) {
        log_warning("epoch " + std::to_string(record.epoch) + ": " + chosen.first +
                    ", which chooses the best weights, is undefined");
      }
      return;
    }
    // A loss is better when it is smaller.
    const bool falls = chosen.first == "loss";
    const double score = *chosen.second;
    const bool better = falls ? score < state_.best_score : score > state_.best_score;
    if (state_.best_epoch == 0 || better) {
      best_on_disk_ = record.epoch;
      state_.best_score = score;
      state_.best_epoch = record.epoch;
      state_.validations_since_best = 0;
      if (!writes()) {
        return;
      }
      task_.save(folder_.best(), provenance_of(setup_, record));
      folder_.write_card(card_text(setup_, record, task_.intervals(), step_slices()));
      const torch::NoGradGuard no_grad;
      const std::vector<std::byte> samples = task_.samples();
      if (!samples.empty()) {
        folder_.write_samples(samples);
      }
      return;
    }
    warn_of_replaced_best(record.epoch);
    ++state_.validations_since_best;
    state_.stopped_early =
        setup_.run.patience > 0 && state_.validations_since_best >= setup_.run.patience;
  }

  // The best weights are written before the epoch's last checkpoint. Where the run was killed
  // between the two and the repeated validation comes out worse, or the epoch that is repeated from
  // an older checkpoint, they are of an attempt that nothing else knows of.
  void warn_of_replaced_best(std::int64_t epoch) {
    if (best_on_disk_ > state_.best_epoch && best_on_disk_ <= epoch) {
      log_warning(
          folder_.best().string() + " holds the weights of epoch " + std::to_string(best_on_disk_) +
          " as they were before the run was cut off; repeated, that epoch is no better than "
          "epoch " +
          std::to_string(state_.best_epoch) + ", whose weights they had replaced");
      best_on_disk_ = state_.best_epoch;
    }
  }

  void write_run() const { folder_.write_run(run_record(setup_, state_, complete(), folder_)); }

  Task& task_;
  const data::SliceDataset& slices_;
  const TrainingSetup& setup_;
  parallel::Ranks* ranks_;  // none: alone
  RunFolder folder_;
  std::optional<OutputLock> lock_;
  Stepper stepper_;
  std::optional<Watch> watch_;
  std::size_t batches_;
  std::int64_t iterations_ = 0;
  std::int64_t best_on_disk_ = 0;  // the epoch of the best weights, as far as it is known
  std::int64_t saved_at_ = -1;     // the iteration of the last checkpoint
  RunState state_;
  bool stop_asked_ = false;
};

}  // namespace

TrainingResult train(Task& task, const data::SliceDataset& slices, const TrainingSetup& setup,
                     Progress& progress, const std::stop_token& stop) {
  Run run(task, slices, setup);
  TrainingResult result;
  result.was_complete = run.complete();
  try {
    while (!run.complete()) {
      run.epoch(progress, stop);
    }
  } catch (const c10::OutOfMemoryError&) {
    throw UsageError(
        {"too little memory is free to train with " +
             std::to_string(setup.run.batch_size / setup.run.accumulate) + " slices at once",
         task.network().parameters().front().device().str(),
         "a larger run.accumulate, a smaller run.batch_size, run.precision=bf16 or "
         "another run.device; " +
             command_to_go_on(setup.invocation) + " goes on from the last checkpoint"});
  }
  result.epochs = run.state().epochs;
  result.best_score = run.state().best_score;
  result.best_epoch = run.state().best_epoch;
  const auto best = std::ranges::find(result.epochs, result.best_epoch, &EpochRecord::epoch);
  if (best != result.epochs.end() && !best->scores.empty()) {
    result.best_by = best_figure(best->scores, setup.run.best_by).first;
  }
  result.stopped_early = run.state().stopped_early;
  return result;
}

}  // namespace jcs::training
