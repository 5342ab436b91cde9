#pragma once

#include <cstdint>

#include "jcs/core/fields.hpp"

namespace jcs::training {

/// How the learning rate goes down.
struct ScheduleOptions {
  enum class Kind {
    kConstant,
    kStep,  ///< paper, classifier: rate · factor^⌊epoch / step_epochs⌋
    kPoly   ///< paper, segmenter: rate · (1 − iteration / total)^power
  };
  Kind kind = Kind::kPoly;
  int step_epochs = 30;
  double factor = 0.1;
  double power = 0.9;
  std::int64_t total_iterations = 0;  ///< of poly; 0: those of the whole run
  std::int64_t warmup_iterations =
      0;  ///< release, segmenter: 200 iterations from a tenth of the rate upwards

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("kind", kind, "how the learning rate goes down",
             {{"constant", Kind::kConstant}, {"step", Kind::kStep}, {"poly", Kind::kPoly}});
    v.field("step_epochs", step_epochs, "step: epochs between two reductions", at_least(1));
    v.field("factor", factor, "step: what the rate is multiplied by", between(0, 1));
    v.field("power", power, "poly: rate * (1 - iteration / total)^power", at_least(0));
    v.field("total_iterations", total_iterations,
            "poly: iterations to zero; 0 takes those of the run", at_least(0));
    v.field("warmup_iterations", warmup_iterations,
            "iterations that climb from a tenth of the rate", at_least(0));
  }
};

/// The rate's factor at an iteration (counted from 0 over the whole run) of an epoch (from 0).
/// `run_iterations`: those of the whole run, used where `total_iterations` is 0. Never below 0.
double rate_factor(const ScheduleOptions& options, std::int64_t iteration, std::int64_t epoch,
                   std::int64_t run_iterations);

}  // namespace jcs::training
