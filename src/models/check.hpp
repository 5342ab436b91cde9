#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/core/fields.hpp"
#include "jcs/core/text.hpp"

namespace jcs::models {

/// Refuses options outside the ranges that their description names, which files and command lines
/// are held to already. @throws UsageError with the option's path
class RangeCheck {
 public:
  explicit RangeCheck(std::string path = {}) : path_(std::move(path)) {}

  void field(std::string_view, bool, std::string_view, Range = {}) {}
  void field(std::string_view name, int value, std::string_view, Range range = {}) {
    require(name, value, range);
  }
  void field(std::string_view name, const std::vector<int>& values, std::string_view,
             Range range = {}) {
    for (const int value : values) {
      require(name, value, range);
    }
  }
  template <class Enum>
  void choice(std::string_view, Enum, std::string_view, Choices<std::type_identity_t<Enum>>) {}
  template <class Options>
  void section(std::string_view name, Options& value, std::string_view) {
    RangeCheck child(path_ + std::string(name) + ".");
    value.describe(child);
  }

 private:
  void require(std::string_view name, int value, const Range& range) const {
    if (range.holds(value)) {
      return;
    }
    std::string expected = (range.above ? "above " : "at least ") + to_text(range.min);
    if (range.max < std::numeric_limits<double>::infinity()) {
      expected += " and at most " + to_text(range.max);
    }
    throw UsageError(
        {"option out of range", path_ + std::string(name), expected, std::to_string(value)});
  }

  std::string path_;
};

template <class Options>
void check_ranges(Options options) {
  RangeCheck check;
  options.describe(check);
}

/// Height and width that every segmenter takes: at stride 32, a pixel is left of them.
inline constexpr std::int64_t kLeastInput = 32;

/// Maps that a network can take: [N, channels, h, w] with N at least 1, h and w at least `least`.
/// @throws InputError
void check_maps(const torch::Tensor& x, std::string_view what, std::int64_t channels,
                std::int64_t least);

}  // namespace jcs::models
