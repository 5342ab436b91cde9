#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "jcs/core/fields.hpp"
#include "jcs/metrics/interval.hpp"

namespace jcs::metrics {

/// How often, and from which seed, the groups are drawn again.
struct BootstrapOptions {
  int resamples = 2000;
  std::int64_t seed = 0;
  double confidence = 0.95;  ///< of the interval, inside 0 … 1

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("resamples", resamples, "draws of the bootstrap", between(1, 1'000'000));
    v.field("seed", seed, "of the draws");
    v.field("confidence", confidence, "of the intervals", Range{0.0, 0.9999, true});
  }
};

/// @throws UsageError when resamples < 1 or the confidence is not inside 0 … 1.
void require_valid(const BootstrapOptions& options);

/// A figure of a resample: weight[g] says how often group g was drawn. Nothing where the figure is
/// undefined, for example an area when all drawn patients are of one class.
using Statistic = std::function<std::optional<double>(std::span<const std::int32_t> weight)>;

struct BootstrapResult {
  std::optional<Interval> interval;
  std::int64_t undefined = 0;  ///< resamples in which the statistic was undefined; left out
};

// The percentile bootstrap (Efron 1979) over groups. The slices or pictures of one patient resemble
// each other, so whole patients are drawn, with replacement: group g is a patient. Resample r
// depends on (seed, r) alone. The ends are percentiles with linear interpolation between order
// statistics.
//
// No interval is given with fewer than two groups, nor where all resamples give one figure: it
// would have no width and claim certainty.
//
// @throws UsageError when resamples < 1 or the confidence is not inside 0 … 1; when spans differ in
// length; when a group's number is not below the number of figures (number the groups 0, 1, 2, …).

/// Interval of any statistic over groups 0 … groups - 1.
BootstrapResult bootstrap(std::size_t groups, const Statistic& statistic,
                          const BootstrapOptions& options = {});

/// Interval of the mean of the defined figures; figures[i] belongs to group[i]. Groups without a
/// defined figure take no part.
BootstrapResult bootstrap_mean(std::span<const std::optional<double>> figures,
                               std::span<const std::size_t> group,
                               const BootstrapOptions& options = {});

/// Interval of a rate: hits[i] says whether case i, of group[i], is a hit; nothing where it is no
/// trial of this rate. Groups without a trial take no part.
///
/// Where no group has two trials, these are independent and the interval is Wilson's (`wilson()`).
/// Where all trials are hits, or none is, all resamples are alike and would claim certainty: the
/// interval is Wilson's of as many trials as groups have one. Nothing where several trials are all
/// of one group, or there is none, or all groups have the same share of hits.
std::optional<Interval> bootstrap_rate(std::span<const std::optional<bool>> hits,
                                       std::span<const std::size_t> group,
                                       const BootstrapOptions& options = {});

/// Two-sided, that a difference is 0: twice the share of the resamples' differences that are 0 or
/// lie on the other side of 0 than most, at most 1. The observed sample counts as one resample, so
/// it is never 0. Nor is it below 2^(1 - groups), the chance that all groups fall onto one side,
/// either of the two: it is 1 with fewer than two groups, and two patients prove nothing.
double two_sided_p(std::span<const double> differences, std::size_t groups);

/// How much better the first of two runs is on the same cases.
struct PairedDifference {
  double difference = 0.0;  ///< mean of first - second
  std::optional<Interval> interval;
  double p_value = 1.0;    ///< two_sided_p()
  std::int64_t pairs = 0;  ///< cases in which both figures are defined; the others take no part
};

/// Nothing when no case has both figures.
std::optional<PairedDifference> paired_bootstrap(std::span<const std::optional<double>> first,
                                                 std::span<const std::optional<double>> second,
                                                 std::span<const std::size_t> group,
                                                 const BootstrapOptions& options = {});

}  // namespace jcs::metrics
