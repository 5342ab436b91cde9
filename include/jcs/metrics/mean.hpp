#pragma once

#include <cstdint>
#include <optional>

namespace jcs::metrics {

/// The mean of a stream of figures some of which may be undefined. Those are counted apart and
/// change nothing else.
class Mean {
 public:
  void add(double figure) {
    sum_ += figure;
    ++count_;
  }
  void add(const std::optional<double>& figure) {
    if (figure) {
      add(*figure);
    } else {
      ++undefined_;
    }
  }
  void reset() { *this = {}; }

  /// Nothing while no defined figure was added.
  [[nodiscard]] std::optional<double> value() const {
    if (count_ == 0) {
      return std::nullopt;
    }
    return sum_ / static_cast<double>(count_);
  }
  [[nodiscard]] std::int64_t count() const { return count_; }          ///< defined figures
  [[nodiscard]] std::int64_t undefined() const { return undefined_; }  ///< undefined ones

 private:
  double sum_ = 0.0;
  std::int64_t count_ = 0;
  std::int64_t undefined_ = 0;
};

}  // namespace jcs::metrics
