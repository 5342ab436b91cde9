#pragma once

#include <cstddef>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// Indices of at most `count` slices that a reader should see, from the highest position to the
/// lowest: those with an activation map, then those that diagnosis::key_slices() names.
std::vector<std::size_t> key_slices(const diagnosis::CaseResult& result, int count);

}  // namespace jcs::report
