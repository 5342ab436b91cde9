#include "key_slices.hpp"

#include <algorithm>
#include <functional>

#include "jcs/diagnosis/findings/key_slices.hpp"

namespace jcs::report {

std::vector<std::size_t> key_slices(const diagnosis::CaseResult& result, int count) {
  const auto limit = std::min(static_cast<std::size_t>(std::max(count, 0)), result.slices.size());
  std::vector<std::size_t> chosen;
  const auto choose = [&](std::size_t index) {
    if (chosen.size() < limit && std::ranges::find(chosen, index) == chosen.end()) {
      chosen.push_back(index);
    }
  };
  for (const diagnosis::ActivationMap& map : result.activation_maps) choose(map.slice);
  for (const std::size_t index :
       diagnosis::key_slices(result.slices, result.findings.lesions, count)) {
    choose(index);
  }
  std::ranges::sort(chosen, std::greater<>());
  return chosen;
}

}  // namespace jcs::report
