#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace jcs::training {

/// The factor that keeps the gradients of half-precision losses from vanishing. It grows while they
/// stay finite and falls when they do not; a step whose gradients are not finite is left out.
class LossScale {
 public:
  /// Scale and finite steps since it last changed; what a checkpoint keeps.
  struct State {
    double scale = 65536.0;
    std::int64_t steps = 0;
    bool operator==(const State&) const = default;
  };
  static constexpr std::int64_t kGrowthInterval = 2000;  ///< finite steps before it doubles

  [[nodiscard]] const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

  /// Divides the gradients by the scale, says whether all are finite, and sets the next scale.
  bool unscale(const std::vector<torch::Tensor>& gradients);
  /// Whether a loss that is too large for the numbers can still be cured by a smaller scale.
  [[nodiscard]] bool can_shrink() const { return state_.scale > 1.0; }

 private:
  State state_;
};

}  // namespace jcs::training
