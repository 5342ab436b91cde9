#include "jcs/metrics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "jcs/core/random.hpp"

#include "confidence.hpp"
#include "group_check.hpp"
#include "percentile.hpp"

namespace jcs::metrics {

namespace {

/// The figures of all resamples in which the statistic is defined.
std::vector<double> resampled(std::size_t groups, const Statistic& statistic,
                              const BootstrapOptions& options) {
  std::vector<double> figures;
  figures.reserve(static_cast<std::size_t>(options.resamples));
  std::vector<std::int32_t> weight(groups);
  for (int r = 0; r < options.resamples; ++r) {
    Random random(
        derive_seed(static_cast<std::uint64_t>(options.seed), static_cast<std::uint64_t>(r)));
    std::fill(weight.begin(), weight.end(), 0);
    for (std::size_t draw = 0; draw < groups; ++draw) {
      ++weight[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(groups) - 1))];
    }
    if (const auto figure = statistic(weight)) {
      figures.push_back(*figure);
    }
  }
  return figures;
}

std::optional<Interval> interval_of(std::vector<double>& figures, double confidence) {
  if (figures.empty()) {
    return std::nullopt;
  }
  // Sums in another order differ by a rounding.
  constexpr double kAlike = 1e-12;
  const auto [least, most] = std::ranges::minmax(figures);
  if (most - least <= kAlike * std::max(std::abs(least), std::abs(most))) {
    return std::nullopt;
  }
  return Interval{.low = percentile(figures, (1.0 - confidence) / 2.0),
                  .high = percentile(figures, (1.0 + confidence) / 2.0)};
}

/// Sum and number of the defined figures of each group that has one.
struct GroupSums {
  std::vector<double> sum;
  std::vector<std::int64_t> count;

  [[nodiscard]] std::optional<double> mean(std::span<const std::int32_t> weight) const {
    double total = 0.0;
    std::int64_t cases = 0;
    for (std::size_t g = 0; g < sum.size(); ++g) {
      total += weight[g] * sum[g];
      cases += weight[g] * count[g];
    }
    return total / static_cast<double>(cases);  // every drawn group has a case
  }
};

GroupSums sums_of(std::span<const std::optional<double>> figures,
                  std::span<const std::size_t> group) {
  GroupSums sums;
  std::vector<std::size_t> place(require_groups(group, figures.size()), SIZE_MAX);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (!figures[i]) {
      continue;
    }
    std::size_t& at = place[group[i]];
    if (at == SIZE_MAX) {
      at = sums.sum.size();
      sums.sum.push_back(0.0);
      sums.count.push_back(0);
    }
    sums.sum[at] += *figures[i];
    ++sums.count[at];
  }
  return sums;
}

}  // namespace

void require_valid(const BootstrapOptions& options) {
  require_confidence(options.confidence);
  if (options.resamples < 1) {
    throw UsageError({.what = "a bootstrap needs resamples",
                      .expected = "1 or more",
                      .got = std::to_string(options.resamples)});
  }
}

BootstrapResult bootstrap(std::size_t groups, const Statistic& statistic,
                          const BootstrapOptions& options) {
  require_valid(options);
  if (groups < 2) {
    return {};
  }
  auto figures = resampled(groups, statistic, options);
  const auto defined = static_cast<std::int64_t>(figures.size());
  return {.interval = interval_of(figures, options.confidence),
          .undefined = options.resamples - defined};
}

BootstrapResult bootstrap_mean(std::span<const std::optional<double>> figures,
                               std::span<const std::size_t> group,
                               const BootstrapOptions& options) {
  const GroupSums sums = sums_of(figures, group);
  return bootstrap(
      sums.sum.size(), [&sums](std::span<const std::int32_t> weight) { return sums.mean(weight); },
      options);
}

std::optional<Interval> bootstrap_rate(std::span<const std::optional<bool>> hits,
                                       std::span<const std::size_t> group,
                                       const BootstrapOptions& options) {
  require_valid(options);
  std::vector<std::optional<double>> figures(hits.size());
  std::int64_t trials = 0;
  std::int64_t successes = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (hits[i]) {
      figures[i] = *hits[i] ? 1.0 : 0.0;
      ++trials;
      successes += *hits[i] ? 1 : 0;
    }
  }
  const GroupSums sums = sums_of(figures, group);
  const auto groups = static_cast<std::int64_t>(sums.sum.size());
  if (groups == trials) {
    return wilson(successes, trials, options.confidence);
  }
  if (groups < 2) {
    return std::nullopt;
  }
  if (successes == 0 || successes == trials) {
    return wilson(successes == 0 ? 0 : groups, groups, options.confidence);
  }
  return bootstrap(
             sums.sum.size(),
             [&sums](std::span<const std::int32_t> weight) { return sums.mean(weight); }, options)
      .interval;
}

double two_sided_p(std::span<const double> differences, std::size_t groups) {
  const auto below = std::ranges::count_if(differences, [](double d) { return d <= 0.0; });
  const auto above = std::ranges::count_if(differences, [](double d) { return d >= 0.0; });
  const double tail =
      static_cast<double>(1 + std::min(below, above)) / static_cast<double>(1 + differences.size());
  const double least = groups < 2 ? 1.0 : std::exp2(1.0 - static_cast<double>(groups));
  return std::clamp(2.0 * tail, least, 1.0);
}

std::optional<PairedDifference> paired_bootstrap(std::span<const std::optional<double>> first,
                                                 std::span<const std::optional<double>> second,
                                                 std::span<const std::size_t> group,
                                                 const BootstrapOptions& options) {
  require_valid(options);
  if (first.size() != second.size()) {
    throw UsageError({.what = "two runs to compare have different numbers of cases",
                      .expected = std::to_string(first.size()),
                      .got = std::to_string(second.size())});
  }
  std::vector<std::optional<double>> difference(first.size());
  PairedDifference result;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] && second[i]) {
      difference[i] = *first[i] - *second[i];
      ++result.pairs;
    }
  }
  const GroupSums sums = sums_of(difference, group);
  if (result.pairs == 0) {
    return std::nullopt;
  }
  result.difference = *sums.mean(std::vector<std::int32_t>(sums.sum.size(), 1));
  if (sums.sum.size() < 2) {
    return result;
  }
  auto means = resampled(
      sums.sum.size(), [&sums](std::span<const std::int32_t> weight) { return sums.mean(weight); },
      options);
  result.p_value = two_sided_p(means, sums.sum.size());
  result.interval = interval_of(means, options.confidence);
  return result;
}

}  // namespace jcs::metrics
