#include "jcs/metrics/confusion.hpp"

#include "quotient.hpp"

namespace jcs::metrics {

Confusion& Confusion::operator+=(const Confusion& other) {
  tp += other.tp;
  fp += other.fp;
  fn += other.fn;
  tn += other.tn;
  return *this;
}

std::optional<double> sensitivity(const Confusion& counts) {
  return quotient(counts.tp, counts.tp + counts.fn);
}

std::optional<double> specificity(const Confusion& counts) {
  return quotient(counts.tn, counts.tn + counts.fp);
}

std::optional<double> precision(const Confusion& counts) {
  return quotient(counts.tp, counts.tp + counts.fp);
}

std::optional<double> accuracy(const Confusion& counts) {
  return quotient(counts.tp + counts.tn, counts.total());
}

std::optional<double> f1(const Confusion& counts) {
  return quotient(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn);
}

std::optional<double> balanced_accuracy(const Confusion& counts) {
  const auto recall = sensitivity(counts);
  const auto negative_recall = specificity(counts);
  if (!recall || !negative_recall) {
    return std::nullopt;
  }
  return (*recall + *negative_recall) / 2.0;
}

}  // namespace jcs::metrics
