#pragma once

#include <cstddef>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// Indices of at most `count` slices that a reader should see, from the highest position to the
/// lowest. Slices with an activation map come first, then those with the largest opacity and the
/// highest probability, some way apart from each other: neighbours show the same.
std::vector<std::size_t> key_slices(const diagnosis::CaseResult& result, int count);

}  // namespace jcs::report
