#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "jcs/training/event_file.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Writes what TensorBoard shows of a run: the loss and the learning rate of every step, the
/// figures of every epoch.
class Watch {
 public:
  Watch(const std::filesystem::path& folder, std::int64_t steps_done)
      : events_(folder, steps_done) {}
  void step(const StepRecord& record, double loss);
  void epoch(const EpochRecord& record);
  /// Before a checkpoint, so that a run that goes on from it misses no step.
  void flush();

 private:
  EventFile events_;
  std::int64_t unflushed_ = 0;
};

/// `41.2 slices/s, 14 min left`
std::string pace_text(double slices_per_second, double seconds_left);

/// SHA-256 of the weights that the folder holds, under `weights`.
void add_weights(nlohmann::json& run, const RunFolder& folder);

}  // namespace jcs::training
