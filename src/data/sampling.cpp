#include "jcs/data/sampling.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "jcs/core/random.hpp"

namespace jcs::data {

std::vector<int> groups_of(const std::vector<ManifestEntry>& entries, Balance balance) {
  const bool by_label = balance == Balance::kLabel || balance == Balance::kLabelAndSource;
  const bool by_source = balance == Balance::kSource || balance == Balance::kLabelAndSource;
  std::map<std::pair<int, std::string>, int> numbers;
  std::vector<int> groups;
  groups.reserve(entries.size());
  for (const ManifestEntry& entry : entries) {
    const std::pair key(by_label ? entry.label.value_or(-1) : 0,
                        by_source ? entry.source : std::string());
    groups.push_back(numbers.try_emplace(key, static_cast<int>(numbers.size())).first->second);
  }
  return groups;
}

std::vector<std::size_t> epoch_order(std::span<const int> groups, bool shuffle, std::uint64_t seed,
                                     std::int64_t epoch) {
  // The samples' own seeds use indices from 0 up; the order has one that no sample has.
  Random random(derive_seed(seed, static_cast<std::uint64_t>(epoch), UINT64_MAX));
  const std::size_t size = groups.size();
  const int last = groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end());
  std::vector<std::size_t> places;
  places.reserve(size);
  if (last == 0) {
    places.resize(size);
    std::iota(places.begin(), places.end(), std::size_t{0});
  } else {
    const auto count = static_cast<std::size_t>(last) + 1;
    std::vector<std::vector<std::size_t>> members(count);
    for (std::size_t i = 0; i < size; ++i) {
      members[static_cast<std::size_t>(groups[i])].push_back(i);
    }
    for (std::size_t g = 0; g < count; ++g) {
      const std::size_t share = size / count + (g < size % count ? 1 : 0);
      std::vector<std::size_t> round;
      for (std::size_t i = 0; i < share; ++i) {
        if (i % members[g].size() == 0) {
          round = random.permutation(members[g].size());
        }
        places.push_back(members[g][round[i % members[g].size()]]);
      }
    }
    std::sort(places.begin(), places.end());
  }
  if (!shuffle) {
    return places;
  }
  std::vector<std::size_t> order;
  order.reserve(size);
  for (const std::size_t place : random.permutation(size)) {
    order.push_back(places[place]);
  }
  return order;
}

}  // namespace jcs::data
