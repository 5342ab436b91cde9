#include "jcs/training/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace jcs::training {

namespace {

double decay(const ScheduleOptions& options, std::int64_t iteration, std::int64_t epoch,
             std::int64_t run_iterations) {
  switch (options.kind) {
    case ScheduleOptions::Kind::kConstant:
      return 1.0;
    case ScheduleOptions::Kind::kStep:
      return std::pow(options.factor, std::floor(static_cast<double>(epoch) / options.step_epochs));
    case ScheduleOptions::Kind::kPoly:
      break;
  }
  const std::int64_t total =
      options.total_iterations > 0 ? options.total_iterations : run_iterations;
  const double left =
      1.0 - static_cast<double>(iteration) / static_cast<double>(std::max<std::int64_t>(1, total));
  return std::pow(std::max(0.0, left), options.power);
}

}  // namespace

double rate_factor(const ScheduleOptions& options, std::int64_t iteration, std::int64_t epoch,
                   std::int64_t run_iterations) {
  double factor = decay(options, iteration, epoch, run_iterations);
  if (iteration < options.warmup_iterations) {
    factor *= 0.1 + 0.9 * static_cast<double>(iteration + 1) /
                        static_cast<double>(options.warmup_iterations);
  }
  return factor;
}

}  // namespace jcs::training
