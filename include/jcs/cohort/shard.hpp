#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "jcs/cohort/study.hpp"

namespace jcs::cohort {

/// One of `count` parts of a cohort that run apart, perhaps on other machines.
struct Shard {
  int number = 1;  ///< from 1
  int count = 1;

  /// `2/8`. @throws UsageError for anything else, `0/8` and `9/8` included.
  static Shard parse(std::string_view text);
  /// Whether the study at this index, from 0 in the order of the names, is in the shard: every
  /// count-th is, so that shards differ by one study at most.
  [[nodiscard]] bool holds(std::size_t index) const {
    return index % static_cast<std::size_t>(count) == static_cast<std::size_t>(number - 1);
  }
};

}  // namespace jcs::cohort
