#include "volume_limit.hpp"

#include <cstdint>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/imaging/limits.hpp"

namespace jcs::imaging {

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
