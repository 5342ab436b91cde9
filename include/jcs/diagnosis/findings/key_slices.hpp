#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::diagnosis {

/// Indices of at most `count` slices that a reader should see, ascending. The slice that shows most
/// of the largest lesion and the most probable slice come first, then that of each further lesion
/// which none of the chosen ones shows; then, in turn, the slice with the largest opacity and the
/// most probable one. Neighbours show the same, so these keep a distance as long as that leaves
/// enough of them.
/// @param lesions the largest first; none where opacities were not outlined
std::vector<std::size_t> key_slices(std::span<const SliceResult> slices,
                                    std::span<const Lesion> lesions, int count);

}  // namespace jcs::diagnosis
