#include "jcs/imaging/limits.hpp"

#include <string>
#include <string_view>

#include "jcs/core/error.hpp"

#include "volume_limit.hpp"

namespace jcs::imaging {
namespace {

Limits& current() {
  static Limits limits;
  return limits;
}

/// Refuses a limit that is out of its range.
struct RangeCheck {
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
  RangeCheck check;
  checked.describe(check);
  current() = checked;
}

void require_possible_volume(const CtVolume& volume, std::size_t slices,
                             const std::filesystem::path& where) {
  const auto most = static_cast<std::size_t>(limits().volume_mib) << 20U;
  const std::size_t bytes = slices * volume.pixels() * sizeof(std::int16_t);
  if (bytes <= most) return;
  throw InputError({.what = "the series is too large",
                    .where = where.string(),
                    .expected = "at most " + std::to_string(limits().volume_mib) + " MiB of pixels",
                    .got = std::to_string(bytes >> 20U) + " MiB in " + std::to_string(slices) +
                           " slices of " + std::to_string(volume.rows) + " x " +
                           std::to_string(volume.columns)});
}

}  // namespace jcs::imaging
