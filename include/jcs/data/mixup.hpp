#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "jcs/core/random.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// Which slice is mixed into another, and how much of the other stays (paper, equation 3:
/// x = λ x_i + (1 − λ) x_j).
struct Mix {
  std::size_t partner = 0;  ///< j
  double lambda = 1.0;      ///< λ ~ Beta(α, α), in [0, 1]
};

/// Draws the pairs of mixup. A slice whose source is known gets a partner of another source where
/// there is one; any other slice otherwise. Each group of slices that holds such is as likely as
/// the others to give the partner, and each of its slices as the others of the group.
class MixupPairs {
 public:
  /// @param alpha α of the Beta distribution, above 0; the paper's is 0.5
  /// @param groups [entries] as `groups_of` makes them, so that an epoch that is balanced stays so
  MixupPairs(const std::vector<ManifestEntry>& entries, double alpha, std::span<const int> groups);
  /// The pair of slice `index`, as `random` decides.
  [[nodiscard]] Mix draw(std::size_t index, Random& random) const;

 private:
  double alpha_;
  std::size_t size_;
  std::vector<std::string> sources_;
  using Groups = std::vector<std::vector<std::size_t>>;  // ascending, none empty
  Groups all_;
  std::map<std::string, Groups> others_;  // slices of known other sources
};

}  // namespace jcs::data
