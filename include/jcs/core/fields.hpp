#pragma once

#include <array>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>

namespace jcs {

/// Which numbers a field takes; both ends are included unless `above` is set.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool above = false;  ///< `min` itself is refused

  [[nodiscard]] constexpr bool holds(double v) const {
    return (above ? v > min : v >= min) && v <= max;
  }
};

constexpr Range any() { return {}; }
constexpr Range at_least(double min) { return {min}; }
constexpr Range positive() { return {0.0, std::numeric_limits<double>::infinity(), true}; }
constexpr Range between(double min, double max) { return {min, max}; }

/// The names that an enumeration has in files and on the command line.
template <class Enum>
using Choices = std::initializer_list<std::pair<std::string_view, Enum>>;

// How options describe themselves
//
// An options struct lists its fields once, and everything that reads, writes or prints options uses
// that list:
//
//     struct StemOptions {
//       int width = 32;
//       Kind kind = Kind::kDeep;
//       template <class Visitor>
//       void describe(Visitor& v) {
//         v.field("width", width, "channels of the first convolution", at_least(1));
//         v.choice("kind", kind, "deep: three 3x3, plain: one 7x7", {{"deep", Kind::kDeep},
//         {"plain", Kind::kPlain}});
//       }
//     };
//
// A visitor has three members:
//   field(name, T& value, doc, Range = any())   T: bool, int, std::int64_t, double, std::string,
//                                               std::filesystem::path, std::vector or std::array of
//                                               numbers
//   choice(name, Enum& value, doc, Choices<Enum>)
//   section(name, Options& value, doc)          a nested options struct
// The range of a vector or array holds for each element.

}  // namespace jcs
