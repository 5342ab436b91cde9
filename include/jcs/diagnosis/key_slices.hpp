#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::diagnosis {

/// Indices of at most `count` slices that a reader should see, ascending: in turn the slice with
/// the largest opacity and the most probable one. Neighbours show the same, so chosen slices keep a
/// distance as long as that leaves enough of them.
std::vector<std::size_t> key_slices(std::span<const SliceResult> slices, int count);

}  // namespace jcs::diagnosis
