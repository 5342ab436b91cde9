#pragma once

#include "vector_code.hpp"

namespace jcs::kernels {

/// Products of matrices by a unit that multiplies tiles of them, with panels of as many columns as
/// AVX-512's.
struct SplitProduct {
  int depth_step;  ///< panels have a whole multiple of it as depth, filled up with zeros

  /// Splits a panel, [depth][panel], in its own memory. @param depth filled up
  void (*lay_out)(float* panel, int depth);

  /// What `multiply` needs beside, in floats at the beginning of a cache line.
  std::int64_t (*workspace_floats)(std::int64_t rows, int depth);

  /// `out` = [rows × depth] · [depth × columns], finished.
  /// @param panels laid out, one behind the other
  void (*multiply)(std::int64_t rows, std::int64_t columns, const Segment* segments,
                   int segment_count, int depth, const float* panels, float* out,
                   std::int64_t out_stride, const Finish& finish, float* workspace);
};

}  // namespace jcs::kernels
