#include "jcs/data/mixup.hpp"

namespace jcs::data {

MixupPairs::MixupPairs(const std::vector<ManifestEntry>& entries, double alpha)
    : alpha_(alpha), size_(entries.size()) {
  sources_.reserve(size_);
  for (const ManifestEntry& entry : entries) {
    sources_.push_back(entry.source);
    if (!entry.source.empty()) {
      others_.try_emplace(entry.source);
    }
  }
  for (auto& [source, others] : others_) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (!sources_[i].empty() && sources_[i] != source) {
        others.push_back(i);
      }
    }
  }
}

Mix MixupPairs::draw(std::size_t index, Random& random) const {
  Mix mix;
  mix.lambda = random.beta(alpha_, alpha_);
  const auto found = others_.find(sources_[index]);
  if (found != others_.end() && !found->second.empty()) {
    const auto last = static_cast<std::int64_t>(found->second.size()) - 1;
    mix.partner = found->second[static_cast<std::size_t>(random.integer(0, last))];
    return mix;
  }
  mix.partner = index;
  if (size_ > 1) {
    const auto drawn =
        static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(size_) - 2));
    mix.partner = drawn < index ? drawn : drawn + 1;
  }
  return mix;
}

}  // namespace jcs::data
