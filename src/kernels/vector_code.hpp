#pragma once

#include <cstdint>

#include "jcs/kernels/instruction_set.hpp"

// The innermost loops, compiled once for each instruction set from vector_code.inl.
namespace jcs::kernels {

/// Positions of a transformed 6×6 tile, and pixels of the 4×4 tile that comes of it.
inline constexpr int kTilePositions = 36;
inline constexpr int kTilePixels = 16;

/// Consecutive factors of a product's rows.
struct Segment {
  const float* rows = nullptr;  ///< of the first row
  std::int64_t row_stride = 0;
  int depth = 0;
  const float* scale =
      nullptr;  ///< a factor for each of them, null: none; for a SplitProduct alone
};

/// What becomes of a product before it is stored.
struct Finish {
  const float* bias = nullptr;    ///< one panel of them; null: none, no addend and no ReLU either
  const float* addend = nullptr;  ///< of the first row; null: none
  std::int64_t addend_stride = 0;
  bool relu = false;
};

/// A gradient's terms by channel, each a period of them (batch_norm.cpp).
struct GradientTerms {
  const float *mean, *factor, *slope, *offset;
};

struct SplitProduct;

struct VectorCode {
  int rows;         ///< most rows of a product
  int narrow_rows;  ///< the same where no more columns are stored than a vector has
  int panel;        ///< columns of a product
  int lanes;        ///< floats of a vector

  /// `out` = [rows × depth] · [depth × panel], of which the first `columns` are stored.
  /// @param panels [depth of all segments][panel]
  void (*product)(int rows, const Segment* segments, int segment_count, const float* panels,
                  float* out, std::int64_t out_stride, int columns, const Finish& finish);

  /// Transforms one 6×6 tile of each channel. Writes whole vectors.
  /// @param pixels the tile's, row by row. @param scale of the channels, or null
  /// @param out the first position's values; others follow at `position_stride`
  void (*tile_in)(const float* const* pixels, int channels, const float* scale, float* out,
                  std::int64_t position_stride);

  /// Transforms the products of one tile back to 4×4 pixels.
  /// @param products the first position's; others follow at `position_stride`
  /// @param pixels where to, row by row; null: outside of the map
  /// @param addends as `pixels`; null: nothing is added
  void (*tile_out)(const float* products, std::int64_t position_stride, int channels,
                   const float* bias, const float* const* addends, bool relu, float* const* pixels);

  /// The largest of every 2×2 pixels of two rows: `width` pixels to `out`, side by side.
  void (*max_row)(const float* upper, const float* lower, std::int64_t pixel_stride,
                  std::int64_t width, int channels, float* out);

  /// Of the pixels first … last − 1 of each of so many rows, the largest, or the sum divided.
  void (*max_window)(const float* const* rows, int row_count, std::int64_t pixel_stride,
                     std::int64_t first, std::int64_t last, int channels, float* out);
  void (*mean_window)(const float* const* rows, int row_count, std::int64_t pixel_stride,
                      std::int64_t first, std::int64_t last, int channels, float divisor,
                      float* out);

  /// The sum of each channel over `pixels`.
  void (*sum_pixels)(const float* first, std::int64_t pixel_stride, std::int64_t pixels,
                     int channels, float* out);

  // Of a row of floats, a block of it, that begins with a pixel; a period holds whole pixels and
  // whole vectors.

  /// sums[i mod period] += x[i].
  void (*sum_periods)(const float* x, std::int64_t floats, int period, float* sums);
  /// sums[i mod period] += (x[i] − means[i mod period])².
  void (*sum_squares)(const float* x, std::int64_t floats, int period, const float* means,
                      float* sums);
  /// out[i] = factors[i mod period] · x[i] + offsets[i mod period], and its ReLU.
  void (*scale_periods)(const float* x, std::int64_t floats, int period, const float* factors,
                        const float* offsets, bool relu, float* out);
  /// g is the gradient, where `rectified` is not null that of its pixels above 0 alone:
  /// sums[i mod period] += g[i], centred[i mod period] += g[i] · (x[i] − means[i mod period]).
  void (*sum_gradients)(const float* gradient, const float* rectified, const float* x,
                        std::int64_t floats, int period, const float* means, float* sums,
                        float* centred);
  /// out[i] = factor · g[i] + slope · (x[i] − mean) + offset, the terms those of i mod period.
  void (*input_gradient)(const float* gradient, const float* rectified, const float* x,
                         std::int64_t floats, int period, const GradientTerms& terms, float* out);

  const SplitProduct* split;  ///< does products instead of `product`; null: none
};

const VectorCode& vector_code(InstructionSet set);

}  // namespace jcs::kernels
