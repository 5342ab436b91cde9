#include "jcs/diagnosis/findings/key_slices.hpp"

#include <algorithm>
#include <numeric>

namespace jcs::diagnosis {

namespace {

template <class Weight>
std::vector<std::size_t> ranked(std::span<const SliceResult> slices, const Weight& weight) {
  std::vector<std::size_t> order(slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return weight(slices[a]) > weight(slices[b]);
  });
  return order;
}

/// The first of `order` that keeps `apart` from all that are chosen, or nothing.
const std::size_t* next(const std::vector<std::size_t>& order,
                        const std::vector<std::size_t>& chosen, std::size_t apart) {
  const auto found = std::find_if(order.begin(), order.end(), [&](std::size_t index) {
    return std::none_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return std::max(index, other) - std::min(index, other) < apart;
    });
  });
  return found == order.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::size_t> key_slices(std::span<const SliceResult> slices,
                                    std::span<const Lesion> lesions, int count) {
  const std::size_t limit = std::min(static_cast<std::size_t>(std::max(count, 0)), slices.size());
  const auto opacity = [](const SliceResult& slice) { return slice.opacity_pixels.value_or(0); };
  std::vector<std::size_t> by_opacity = ranked(slices, opacity);
  std::erase_if(by_opacity, [&](std::size_t index) { return opacity(slices[index]) == 0; });
  const std::vector<std::size_t> by_probability =
      ranked(slices, [](const SliceResult& slice) { return slice.probability; });

  std::vector<std::size_t> chosen;
  const auto choose = [&](std::size_t index) {
    if (chosen.size() < limit && std::ranges::find(chosen, index) == chosen.end()) {
      chosen.push_back(index);
    }
  };
  for (const Lesion& lesion : lesions) {
    const bool shown = std::ranges::any_of(chosen, [&](std::size_t index) {
      return index >= lesion.first_slice && index <= lesion.last_slice;
    });
    if (!shown) choose(lesion.largest_slice);
    if (&lesion == lesions.data() && !by_probability.empty()) choose(by_probability.front());
  }
  const auto take = [&](const std::vector<std::size_t>& order, std::size_t apart) {
    const std::size_t* index = chosen.size() < limit ? next(order, chosen, apart) : nullptr;
    if (index != nullptr) {
      chosen.push_back(*index);
    }
    return index != nullptr;
  };
  for (std::size_t apart = slices.size() / (4 * std::max<std::size_t>(limit, 1)) + 1; apart > 0;
       apart /= 2) {
    bool more = true;
    while (more) {
      const bool large = take(by_opacity, apart);
      const bool probable = take(by_probability, apart);
      more = large || probable;
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace jcs::diagnosis
