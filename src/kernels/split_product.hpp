#pragma once

#include "vector_code.hpp"

namespace jcs::kernels {

/// Products of matrices by a unit that multiplies tiles of them, with panels of as many columns as
/// AVX-512's.
struct SplitProduct {
  int row_step;    ///< rows come in multiples of it at best
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

  /// The same in two steps. First a first factor split into tiles, of which this many bytes are
  /// needed, from a cache line on.
  std::int64_t (*tiles_bytes)(std::int64_t rows, int depth);

  /// As VectorCode's, but one row of the factor: columns from `first` on, a multiple of 16.
  /// @param position_stride bytes from a position's tiles to the next's, whole lines of a cache
  void (*tile_in)(const float* const* pixels, int channels, const float* scale, int first,
                  int depth, std::int64_t row, void* tiles, std::int64_t position_stride);

  void (*multiply_tiles)(std::int64_t rows, std::int64_t columns, const void* tiles, int depth,
                         const float* panels, float* out, std::int64_t out_stride,
                         const Finish& finish);
};

}  // namespace jcs::kernels
