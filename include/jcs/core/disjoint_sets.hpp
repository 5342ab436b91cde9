#pragma once

#include <algorithm>
#include <vector>

namespace jcs {

/// Numbers from 0 on that are joined to sets, as a forest. The lowest number of a set stands for
/// it, so that the result does not depend on the order of calls.
class DisjointSets {
 public:
  /// A new number, in a set of its own.
  int add() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return parent_.back();
  }
  int root(int number) {
    while (parent_[number] != number) number = parent_[number] = parent_[parent_[number]];
    return number;
  }
  void join(int a, int b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }
  [[nodiscard]] int size() const { return static_cast<int>(parent_.size()); }

 private:
  std::vector<int> parent_;
};

}  // namespace jcs
