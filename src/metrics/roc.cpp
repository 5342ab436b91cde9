#include "jcs/metrics/roc.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "jcs/core/error.hpp"

#include "group_check.hpp"
#include "probability_check.hpp"

namespace jcs::metrics {

namespace {

// Counts are held as doubles, which add whole numbers exactly up to 2^53: products of two counts
// then cannot overflow.
void require_weights(std::span<const std::int32_t> weight, std::size_t groups) {
  if (weight.empty()) {
    return;
  }
  if (weight.size() != groups) {
    throw UsageError({.what = "a resample needs a weight for each group",
                      .expected = std::to_string(groups),
                      .got = std::to_string(weight.size())});
  }
  const auto negative = std::find_if(weight.begin(), weight.end(), [](auto w) { return w < 0; });
  if (negative != weight.end()) {
    throw UsageError({.what = "a weight counts how often a group was drawn",
                      .where = "group " + std::to_string(negative - weight.begin()),
                      .expected = "0 or more",
                      .got = std::to_string(*negative)});
  }
}

}  // namespace

RankedCases::RankedCases(std::span<const ScoredCase> cases, std::span<const std::size_t> group)
    : groups_(group.empty() ? cases.size() : require_groups(group, cases.size())) {
  cases_.reserve(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    require_probability(cases[i].probability, i);
    cases_.push_back({.probability = cases[i].probability,
                      .group = static_cast<std::uint32_t>(group.empty() ? i : group[i]),
                      .truth = cases[i].truth,
                      .last_of_ties = false});
    positives_ += cases[i].truth ? 1 : 0;
  }
  std::sort(cases_.begin(), cases_.end(),
            [](const Case& a, const Case& b) { return a.probability > b.probability; });
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    cases_[i].last_of_ties =
        i + 1 == cases_.size() || cases_[i + 1].probability != cases_[i].probability;
  }
}

template <class Visit>
void RankedCases::walk(std::span<const std::int32_t> weight, Visit visit) const {
  require_weights(weight, groups_);
  double all = 0.0;
  double positive = 0.0;
  for (const Case& one : cases_) {
    const double times = weight.empty() ? 1.0 : weight[one.group];
    all += times;
    positive += one.truth ? times : 0.0;
    if (one.last_of_ties) {
      visit(all, positive, one.probability);
    }
  }
}

std::vector<RocPoint> RankedCases::roc_curve() const {
  std::vector<RocPoint> curve;
  if (positives() == 0 || negatives() == 0) {
    return curve;
  }
  curve.push_back({.threshold = std::numeric_limits<double>::infinity()});
  walk({}, [&](double all, double positive, double probability) {
    curve.push_back({.threshold = probability,
                     .sensitivity = positive / static_cast<double>(positives()),
                     .false_positive_rate = (all - positive) / static_cast<double>(negatives())});
  });
  return curve;
}

std::vector<PrecisionRecallPoint> RankedCases::precision_recall_curve() const {
  std::vector<PrecisionRecallPoint> curve;
  if (positives() == 0) {
    return curve;
  }
  walk({}, [&](double all, double positive, double probability) {
    curve.push_back({.threshold = probability,
                     .precision = positive / all,
                     .recall = positive / static_cast<double>(positives())});
  });
  return curve;
}

std::optional<double> RankedCases::roc_area(std::span<const std::int32_t> weight) const {
  double twice_area = 0.0;  // in pairs of a positive and a negative case
  double positive_before = 0.0;
  double negative_before = 0.0;
  walk(weight, [&](double all, double positive, double) {
    const double negative = all - positive;
    twice_area += (negative - negative_before) * (positive + positive_before);
    positive_before = positive;
    negative_before = negative;
  });
  const double pairs = positive_before * negative_before;
  if (pairs == 0.0) {
    return std::nullopt;
  }
  return twice_area / (2.0 * pairs);
}

std::optional<double> RankedCases::average_precision(std::span<const std::int32_t> weight) const {
  double sum = 0.0;
  double positive_before = 0.0;
  walk(weight, [&](double all, double positive, double) {
    if (positive > positive_before) {
      sum += (positive - positive_before) * positive / all;
    }
    positive_before = positive;
  });
  if (positive_before == 0.0) {
    return std::nullopt;
  }
  return sum / positive_before;
}

}  // namespace jcs::metrics
