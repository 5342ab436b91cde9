#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// What an epoch shows equally often.
enum class Balance {
  kNone,           ///< every slice once
  kLabel,          ///< as many positive slices as negative ones
  kSource,         ///< as many slices of every source
  kLabelAndSource  ///< as many slices of every pair of label and source
};

/// The group of every entry, numbered from 0 in the order of their first appearance. One group for
/// all with `Balance::kNone`.
std::vector<int> groups_of(const std::vector<ManifestEntry>& entries, Balance balance);

/// The order in which an epoch shows its slices; as many places as slices. Depends on seed and
/// epoch alone. With several groups each gets its equal share of the places (the first groups one
/// more where they do not divide), filled by its slices in random order, again from the start where
/// the group is smaller than its share; without `shuffle` the places keep the slices' own order.
/// @param groups [slices] as `groups_of` makes them
std::vector<std::size_t> epoch_order(std::span<const int> groups, bool shuffle, std::uint64_t seed,
                                     std::int64_t epoch);

}  // namespace jcs::data
