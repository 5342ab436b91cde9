#include "group_check.hpp"

#include <algorithm>
#include <string>

#include "jcs/core/error.hpp"

namespace jcs::metrics {

std::size_t require_groups(std::span<const std::size_t> group, std::size_t cases) {
  if (group.size() != cases) {
    throw UsageError({.what = "each case needs the number of its group",
                      .expected = std::to_string(cases) + " numbers",
                      .got = std::to_string(group.size())});
  }
  std::size_t groups = 0;
  for (std::size_t i = 0; i < cases; ++i) {
    if (group[i] >= cases) {
      throw UsageError({.what = "groups are numbered 0, 1, 2, ...",
                        .where = "case " + std::to_string(i),
                        .expected = "below " + std::to_string(cases),
                        .got = std::to_string(group[i])});
    }
    groups = std::max(groups, group[i] + 1);
  }
  return groups;
}

}  // namespace jcs::metrics
