#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace jcs::diagnosis {

/// How many positive slices a study may have and still be negative: a number of slices (the paper's
/// 25), or a share of the study's slices.
struct Threshold {
  int count = 25;                  ///< slices; not used when `fraction` is given
  std::optional<double> fraction;  ///< 0 … 1, 1 excluded

  bool operator==(const Threshold&) const = default;

  /// The threshold in slices for a study of `study_slices`: `count`, or
  /// floor(fraction · study_slices).
  [[nodiscard]] int slices(std::size_t study_slices) const;
};

/// Reads a whole number of slices (`25`), a share with a decimal point (`0.1`) or in per cent
/// (`10%`). @throws UsageError for anything else: negative numbers, shares of 1 and more.
Threshold parse_threshold(std::string_view text);

}  // namespace jcs::diagnosis
