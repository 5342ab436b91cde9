#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace jcs::metrics {

/// Cases whose predicted probability lies in [low, high); in the last bin `high` belongs to it.
struct CalibrationBin {
  double low = 0.0;
  double high = 0.0;
  std::int64_t count = 0;
  std::optional<double> mean_probability;  ///< nothing in an empty bin
  std::optional<double> observed_rate;     ///< share of the cases that are positive
};

/// Whether probabilities mean what they say: of the cases given 0.8, 80 % should be positive.
/// Streams; memory grows with the bins alone.
class CalibrationMeter {
 public:
  /// `bins` of equal width over 0 … 1.
  /// @throws UsageError when bins is not in 1 … 10 000.
  explicit CalibrationMeter(int bins = 10);

  /// @throws InputError when the probability is not in 0 … 1 (NaN included).
  void add(double probability, bool truth);
  void reset();

  /// The reliability diagram.
  [[nodiscard]] std::vector<CalibrationBin> bins() const;
  [[nodiscard]] std::int64_t count() const { return count_; }

  /// Σ (n_b / N) |mean probability − observed rate| over the bins (Guo et al., ICML 2017, for the
  /// positive class). Nothing before the first case.
  [[nodiscard]] std::optional<double> expected_calibration_error() const;

  /// Mean of (probability − truth)² (Brier 1950). Nothing before the first case.
  [[nodiscard]] std::optional<double> brier() const;

 private:
  struct Sums {
    std::int64_t count = 0;
    std::int64_t positives = 0;
    double probability = 0.0;
  };

  [[nodiscard]] double edge(std::size_t bin) const;

  std::vector<Sums> sums_;
  std::int64_t count_ = 0;
  double squares_ = 0.0;
};

}  // namespace jcs::metrics
