#pragma once

#include <cstddef>
#include <span>

namespace jcs::metrics {

/// The number of groups: the largest number plus 1.
/// @throws UsageError when there is not one group per case, or when a group's number is not below
/// the number of cases, so that no stray number asks for a huge table.
std::size_t require_groups(std::span<const std::size_t> group, std::size_t cases);

}  // namespace jcs::metrics
