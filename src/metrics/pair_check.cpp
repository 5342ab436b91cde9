#include "pair_check.hpp"

#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::metrics {

void require_same_size(std::size_t map, std::size_t annotation) {
  if (map == 0) {
    throw InputError({.what = "no pixels to compare"});
  }
  if (map != annotation) {
    throw InputError({.what = "prediction and annotation differ in size",
                      .expected = std::to_string(annotation) + " pixels",
                      .got = std::to_string(map)});
  }
}

void require_probabilities(std::span<const float> map) {
  // Going on instead of leaving at the first lets the compiler check many pixels at once.
  unsigned good = 1;
  for (const float p : map) {
    good &= static_cast<unsigned>(p >= 0.0F) & static_cast<unsigned>(p <= 1.0F);
  }
  if (good == 1) {
    return;
  }
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (!(map[i] >= 0.0F && map[i] <= 1.0F)) {
      throw InputError({.what = "a predicted value is no probability",
                        .where = "pixel " + std::to_string(i),
                        .expected = "0 ... 1",
                        .got = to_text(map[i])});
    }
  }
}

}  // namespace jcs::metrics
