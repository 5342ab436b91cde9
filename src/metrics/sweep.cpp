#include "jcs/metrics/sweep.hpp"

#include <algorithm>

#include "confidence.hpp"

namespace jcs::metrics {

namespace {

/// (tp / P + tn / N) · P · N: comparable along a sweep, and exact.
std::int64_t youden(const Confusion& patients) {
  return patients.tp * patients.negatives() + patients.tn * patients.positives();
}

}  // namespace

std::vector<SweepPoint> sweep(const PatientMeter& meter, std::int64_t highest, double confidence) {
  require_confidence(confidence);
  if (highest < 0 || highest > kHighestSweep) {
    throw UsageError({.what = "the highest threshold of a sweep is a number of slices",
                      .expected = "0 to " + std::to_string(kHighestSweep),
                      .got = std::to_string(highest)});
  }
  // Patients by their number of positive slices: a patient is positive at all thresholds below it.
  struct Patients {
    std::int64_t ill = 0;
    std::int64_t well = 0;
  };
  std::vector<Patients> leaving(static_cast<std::size_t>(highest) + 1);
  Confusion now;
  for (const auto& [name, counts] : meter.patients()) {
    const auto truth = counts.truth();
    if (!truth) {
      continue;
    }
    now.add(true, *truth);
    if (counts.positive_slices <= highest) {
      auto& patients = leaving[static_cast<std::size_t>(counts.positive_slices)];
      ++(*truth ? patients.ill : patients.well);
    }
  }
  std::vector<SweepPoint> points;
  points.reserve(leaving.size());
  for (std::int64_t threshold = 0; threshold <= highest; ++threshold) {
    const auto& patients = leaving[static_cast<std::size_t>(threshold)];
    now.tp -= patients.ill;
    now.fn += patients.ill;
    now.fp -= patients.well;
    now.tn += patients.well;
    points.push_back({.threshold = threshold,
                      .patients = now,
                      .sensitivity = sensitivity(now),
                      .specificity = specificity(now),
                      .sensitivity_interval = wilson(now.tp, now.positives(), confidence),
                      .specificity_interval = wilson(now.tn, now.negatives(), confidence)});
  }
  return points;
}

std::optional<std::int64_t> best_threshold(std::span<const SweepPoint> points) {
  if (points.empty() || points[0].patients.positives() == 0 ||
      points[0].patients.negatives() == 0) {
    return std::nullopt;
  }
  std::int64_t best = -1;
  for (const auto& point : points) {
    best = std::max(best, youden(point.patients));
  }
  std::size_t longest = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < points.size();) {
    std::size_t end = i;
    while (end < points.size() && youden(points[end].patients) == best) {
      ++end;
    }
    if (end - i > longest) {
      longest = end - i;
      first = i;
    }
    i = std::max(end, i + 1);
  }
  return points[first + (longest - 1) / 2].threshold;
}

}  // namespace jcs::metrics
