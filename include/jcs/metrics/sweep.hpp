#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jcs/metrics/interval.hpp"
#include "jcs/metrics/patients.hpp"

namespace jcs::metrics {

/// One column of the paper's Table IV: the patients judged at one threshold of positive slices.
struct SweepPoint {
  std::int64_t threshold = 0;
  Confusion patients;
  std::optional<double> sensitivity;             ///< nothing without positive patients
  std::optional<double> specificity;             ///< nothing without negative patients
  std::optional<Interval> sensitivity_interval;  ///< Wilson
  std::optional<Interval> specificity_interval;
};

/// The largest `highest` that sweep() takes; no patient has so many slices.
constexpr std::int64_t kHighestSweep = 100'000;

/// Patients of known truth at every threshold 0 … highest, in time linear in patients + thresholds.
/// @throws UsageError when `highest` is not in 0 … kHighestSweep or the confidence not inside 0
/// … 1.
std::vector<SweepPoint> sweep(const PatientMeter& meter, std::int64_t highest,
                              double confidence = 0.95);

/// The threshold of the largest sensitivity + specificity (Youden's index). Several thresholds
/// often share it: then the middle of their longest unbroken stretch, which is farthest from the
/// patients on either side – the lower of two middles, and the first of equally long stretches.
/// Choose it on validation data, never on the test set. Nothing where one class is missing.
std::optional<std::int64_t> best_threshold(std::span<const SweepPoint> points);

}  // namespace jcs::metrics
