#include "watch.hpp"

#include <chrono>

#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"

namespace jcs::training {

namespace {

constexpr std::int64_t kStepsBetweenFlushes = 50;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void Watch::step(const StepRecord& record, double loss) {
  const std::int64_t step = record.iteration + 1;
  const double time = now();
  events_.add("train/loss", step, loss, time);
  for (std::size_t i = 0; record.losses.size() > 1 && i < record.losses.size(); ++i) {
    events_.add("train/loss_" + std::to_string(i + 1), step, record.losses[i], time);
  }
  events_.add("train/learning_rate", step, record.learning_rate, time);
  events_.add("train/gradient_norm", step, record.gradient_norm, time);
  if (++unflushed_ == kStepsBetweenFlushes) {
    flush();
  }
}

void Watch::flush() {
  events_.flush();
  unflushed_ = 0;
}

void Watch::epoch(const EpochRecord& record) {
  const double time = now();
  events_.add("train/slices_per_second", record.iterations, record.slices_per_second, time);
  for (const auto& [name, value] : record.scores) {
    if (value) {
      events_.add("validation/" + name, record.iterations, *value, time);
    }
  }
  flush();
}

std::string pace_text(double slices_per_second, double seconds_left) {
  constexpr int kDigits = 3;
  return rounded_text(slices_per_second, kDigits) + " slices/s, " + duration_text(seconds_left) +
         " left";
}

void add_weights(nlohmann::json& run, const RunFolder& folder) {
  for (const auto& file : {folder.best(), folder.finished()}) {
    if (std::filesystem::exists(file)) {
      run["weights"][file.filename().string()] = {{"sha256", sha256_file(file, ExitCode::kOutput)}};
    }
  }
}

}  // namespace jcs::training
