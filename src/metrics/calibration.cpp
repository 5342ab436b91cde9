#include "jcs/metrics/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "jcs/core/error.hpp"

#include "probability_check.hpp"

namespace jcs::metrics {

CalibrationMeter::CalibrationMeter(int bins) {
  if (bins < 1 || bins > 10'000) {
    throw UsageError({.what = "the bins of a reliability diagram",
                      .expected = "1 to 10000",
                      .got = std::to_string(bins)});
  }
  sums_.resize(static_cast<std::size_t>(bins));
}

double CalibrationMeter::edge(std::size_t bin) const {
  return static_cast<double>(bin) / static_cast<double>(sums_.size());
}

void CalibrationMeter::add(double probability, bool truth) {
  require_probability(probability, static_cast<std::size_t>(count_));
  auto bin = static_cast<std::size_t>(probability * static_cast<double>(sums_.size()));
  // The product may round across an edge; the edges as bins() prints them decide.
  if (bin > 0 && probability < edge(bin)) {
    --bin;
  } else if (probability >= edge(bin + 1)) {
    ++bin;
  }
  Sums& sums = sums_[std::min(bin, sums_.size() - 1)];
  ++sums.count;
  sums.positives += truth ? 1 : 0;
  sums.probability += probability;
  const double error = probability - (truth ? 1.0 : 0.0);
  squares_ += error * error;
  ++count_;
}

void CalibrationMeter::reset() { *this = CalibrationMeter(static_cast<int>(sums_.size())); }

std::vector<CalibrationBin> CalibrationMeter::bins() const {
  std::vector<CalibrationBin> result;
  result.reserve(sums_.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Sums& sums = sums_[i];
    CalibrationBin bin;
    bin.low = edge(i);
    bin.high = edge(i + 1);
    bin.count = sums.count;
    if (sums.count > 0) {
      const auto count = static_cast<double>(sums.count);
      bin.mean_probability = sums.probability / count;
      bin.observed_rate = static_cast<double>(sums.positives) / count;
    }
    result.push_back(bin);
  }
  return result;
}

std::optional<double> CalibrationMeter::expected_calibration_error() const {
  if (count_ == 0) {
    return std::nullopt;
  }
  double sum = 0.0;
  for (const Sums& sums : sums_) {
    sum += std::abs(sums.probability - static_cast<double>(sums.positives));
  }
  return sum / static_cast<double>(count_);
}

std::optional<double> CalibrationMeter::brier() const {
  if (count_ == 0) {
    return std::nullopt;
  }
  return squares_ / static_cast<double>(count_);
}

}  // namespace jcs::metrics
