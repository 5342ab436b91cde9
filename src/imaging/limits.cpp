#include "jcs/imaging/limits.hpp"

#include <string>
#include <string_view>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

Limits& current() {
  static Limits limits;
  return limits;
}

/// Refuses a limit that is out of its range.
struct LimitCheck {
  void field(std::string_view name, std::int64_t value, std::string_view, Range range) {
    if (range.holds(static_cast<double>(value))) return;
    throw UsageError({.what = "out of range",
                      .where = std::string(name),
                      .expected = std::to_string(static_cast<std::int64_t>(range.min)) + " to " +
                                  std::to_string(static_cast<std::int64_t>(range.max)),
                      .got = std::to_string(value)});
  }
};

}  // namespace

const Limits& limits() { return current(); }

void set_limits(const Limits& limits) {
  Limits checked = limits;
  LimitCheck check;
  checked.describe(check);
  current() = checked;
}

}  // namespace jcs::imaging
