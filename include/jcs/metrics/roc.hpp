#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jcs::metrics {

/// One case, a slice or a patient: the predicted probability of COVID-19, 0 … 1, and the truth.
struct ScoredCase {
  double probability = 0.0;
  bool truth = false;
};

/// Rates when every case with probability >= threshold is called positive.
struct RocPoint {
  double threshold = 0.0;
  double sensitivity = 0.0;
  double false_positive_rate = 0.0;  ///< 1 - specificity
};

struct PrecisionRecallPoint {
  double threshold = 0.0;
  double precision = 0.0;
  double recall = 0.0;  ///< the sensitivity
};

/// Cases in the order of their probability: sorted once, after which each curve, area or resample
/// costs time linear in the cases. Cases of equal probability are never told apart.
class RankedCases {
 public:
  /// group[i] is the patient of case i, numbered 0, 1, 2, …; without groups each case is its own.
  /// @throws InputError naming the case when a probability is not in 0 … 1 (NaN included).
  /// @throws UsageError when there are groups and not as many as cases, or when a group's number is
  /// not below the number of cases.
  explicit RankedCases(std::span<const ScoredCase> cases, std::span<const std::size_t> group = {});

  [[nodiscard]] std::size_t size() const { return cases_.size(); }
  /// The largest group number plus 1: as many weights as the functions below take.
  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] std::int64_t positives() const { return positives_; }
  [[nodiscard]] std::int64_t negatives() const {
    return static_cast<std::int64_t>(cases_.size()) - positives_;
  }

  /// From (0, 0), whose threshold is infinite, to (1, 1): one point per different probability, in
  /// falling order of it. Empty where one class is missing.
  [[nodiscard]] std::vector<RocPoint> roc_curve() const;

  /// One point per different probability, recall rising. Empty where no case is positive.
  [[nodiscard]] std::vector<PrecisionRecallPoint> precision_recall_curve() const;

  // weight[g] counts every case of group g that often: a resample of bootstrap.hpp. Without weights
  // each case counts once.
  // @throws UsageError when there are weights and not as many as groups, or when one is negative.

  /// Area under the ROC curve: the chance that a positive case is ranked above a negative one, ties
  /// counting half. Nothing where one class is missing.
  [[nodiscard]] std::optional<double> roc_area(std::span<const std::int32_t> weight = {}) const;

  /// Σ (R_n − R_{n−1}) P_n over the points of the precision–recall curve, without interpolation.
  /// Nothing where no case is positive.
  [[nodiscard]] std::optional<double> average_precision(
      std::span<const std::int32_t> weight = {}) const;

 private:
  struct Case {
    double probability;
    std::uint32_t group;
    bool truth;
    bool last_of_ties;  ///< the next case has a smaller probability, or there is none
  };

  /// Calls visit(cases with this probability or more, those among them that are positive,
  /// probability) after each stretch of ties.
  template <class Visit>
  void walk(std::span<const std::int32_t> weight, Visit visit) const;

  std::vector<Case> cases_;  ///< falling probability
  std::size_t groups_ = 0;
  std::int64_t positives_ = 0;
};

}  // namespace jcs::metrics
