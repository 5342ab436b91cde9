#include "setting_warnings.hpp"

#include <algorithm>
#include <string>

#include "jcs/core/log_text.hpp"

namespace jcs::training {

void warn_of_settings(const TrainingSetup& setup, const data::SliceDataset& slices,
                      std::int64_t iterations) {
  const ScheduleOptions& schedule = setup.schedule;
  const std::string steps = "the run's " + std::to_string(iterations) + " steps";
  if (schedule.kind == ScheduleOptions::Kind::kPoly && schedule.total_iterations > 0 &&
      schedule.total_iterations < iterations) {
    log_warning("schedule.total_iterations is " + std::to_string(schedule.total_iterations) +
                ": the learning rate is 0 from then on, for the rest of " + steps);
  }
  if (schedule.warmup_iterations >= iterations && iterations > 0) {
    log_warning("schedule.warmup_iterations is " + std::to_string(schedule.warmup_iterations) +
                ": the learning rate is still rising at the end of " + steps);
  }
  const data::Balance balance = setup.loader.balance;
  if (balance != data::Balance::kNone &&
      std::ranges::max(data::groups_of(slices.entries(), balance)) == 0) {
    log_warning("data.balance changes nothing: all slices to learn from are of one group");
  }
  if (slices.size() < static_cast<std::size_t>(setup.run.batch_size)) {
    log_warning("run.batch_size is " + std::to_string(setup.run.batch_size) + ", but there are " +
                std::to_string(slices.size()) + " slices to learn from: a step takes them all");
  }
}

}  // namespace jcs::training
