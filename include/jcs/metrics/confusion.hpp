#pragma once

#include <cstdint>
#include <optional>

namespace jcs::metrics {

/// How often predictions and truth agreed, counted over slices, patients or pixels.
///
/// Every rate is a quotient of counts and holds nothing where the quotient is 0/0: a set without
/// positives has no sensitivity, and calling it 0 or 1 would be a lie.
struct Confusion {
  std::int64_t tp = 0;  ///< predicted positive, is positive
  std::int64_t fp = 0;  ///< predicted positive, is negative
  std::int64_t fn = 0;  ///< predicted negative, is positive
  std::int64_t tn = 0;  ///< predicted negative, is negative

  /// Counts one case.
  void add(bool predicted, bool truth) { ++(predicted ? (truth ? tp : fp) : (truth ? fn : tn)); }
  Confusion& operator+=(const Confusion& other);
  void reset() { *this = {}; }
  bool operator==(const Confusion&) const = default;

  [[nodiscard]] std::int64_t total() const { return tp + fp + fn + tn; }
  [[nodiscard]] std::int64_t positives() const { return tp + fn; }  ///< that are positive
  [[nodiscard]] std::int64_t negatives() const { return fp + tn; }  ///< that are negative
};

std::optional<double> sensitivity(const Confusion& counts);  ///< tp / (tp + fn), also called recall
std::optional<double> specificity(const Confusion& counts);  ///< tn / (tn + fp)
std::optional<double> precision(const Confusion& counts);    ///< tp / (tp + fp)
std::optional<double> accuracy(const Confusion& counts);     ///< (tp + tn) / all
std::optional<double> f1(const Confusion& counts);           ///< 2 tp / (2 tp + fp + fn)

/// Mean of sensitivity and specificity; nothing when either is undefined.
std::optional<double> balanced_accuracy(const Confusion& counts);

}  // namespace jcs::metrics
