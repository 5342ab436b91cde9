#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/progress.hpp"
#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"
#include "jcs/training/verify_run.hpp"

namespace jcs::training {

/// What a run left behind, checked against its hashes.
class RecordedRun {
 public:
  /// @throws InputError as verify_run() does.
  RecordedRun(const std::filesystem::path& folder, const DataOptions& data, Progress& progress,
              const std::stop_token& stop);

  [[nodiscard]] std::filesystem::path best() const;
  /// The figures that the best weights carry beside those that the task measures now.
  [[nodiscard]] std::vector<VerifiedFigure> compared(Task& task, const RunOptions& run,
                                                     Progress& progress,
                                                     const std::stop_token& stop) const;

 private:
  std::filesystem::path folder_;
  nlohmann::json scores_;
};

/// The options that measure a run's best weights in place of training.
template <class Options>
Options to_measure(Options options, const std::filesystem::path& best) {
  options.initial = {};
  options.initial.weights = best;
  if constexpr (requires { options.fused_classifier; }) {
    options.fused_classifier.weights.clear();
  }
  return options;
}

}  // namespace jcs::training
