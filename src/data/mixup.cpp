#include "jcs/data/mixup.hpp"

#include <algorithm>

namespace jcs::data {

MixupPairs::MixupPairs(const std::vector<ManifestEntry>& entries, double alpha,
                       std::span<const int> groups)
    : alpha_(alpha), size_(entries.size()) {
  const std::size_t count =
      groups.empty() ? 0 : static_cast<std::size_t>(*std::ranges::max_element(groups)) + 1;
  const auto grouped = [&](const auto& wanted) {
    Groups all(count);
    for (std::size_t i = 0; i < size_; ++i) {
      if (wanted(i)) all[static_cast<std::size_t>(groups[i])].push_back(i);
    }
    std::erase_if(all, [](const auto& members) { return members.empty(); });
    return all;
  };
  sources_.reserve(size_);
  for (const ManifestEntry& entry : entries) {
    sources_.push_back(entry.source);
    if (!entry.source.empty()) {
      others_.try_emplace(entry.source);
    }
  }
  all_ = grouped([](std::size_t) { return true; });
  for (auto& [source, others] : others_) {
    others = grouped(
        [&, &own = source](std::size_t i) { return !sources_[i].empty() && sources_[i] != own; });
  }
}

Mix MixupPairs::draw(std::size_t index, Random& random) const {
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(count) - 1));
  };
  // One of several; a single one needs no random number.
  const auto any_of = [&](const Groups& groups) -> const std::vector<std::size_t>& {
    return groups[groups.size() > 1 ? below(groups.size()) : 0];
  };
  Mix mix;
  mix.lambda = random.beta(alpha_, alpha_);
  const auto found = others_.find(sources_[index]);
  if (found != others_.end() && !found->second.empty()) {
    const auto& members = any_of(found->second);
    mix.partner = members[below(members.size())];
    return mix;
  }
  const auto& members = any_of(all_);
  const auto own = std::ranges::lower_bound(members, index);
  if (own == members.end() || *own != index) {
    mix.partner = members[below(members.size())];
    return mix;
  }
  mix.partner = index;
  if (members.size() > 1) {
    const std::size_t drawn = below(members.size() - 1);
    mix.partner =
        members[drawn < static_cast<std::size_t>(own - members.begin()) ? drawn : drawn + 1];
  }
  return mix;
}

}  // namespace jcs::data
