// Products of fp32 matrices on a processor's matrix unit (AMX), which multiplies bf16 numbers
// alone, but sixteen times as many of them at once as AVX-512 does with fp32.
//
// bf16 has 8 significant bits. A value a is split into a¹ = bf16(a) and a² = bf16(a − a¹); what is
// left over is below 2⁻¹⁷ |a|. Then
//
//     a b ≈ a¹ b¹ + a² b¹ + a¹ b²
//
// with an error below 2⁻¹⁵ |a b|: the term a² b² that is left out is below 2⁻¹⁶ |a b|. The sums are
// fp32. So three products of the matrix unit stand for one.
//
// The unit has eight tiles of 16 rows of 64 bytes. A tile of the first factor has 16 rows of 32
// consecutive columns, one of the second 32 rows of 16 columns, a row of the tile holding two of
// the matrix, alternating; their product is added to a tile of 16 × 16 sums.
//
// As in vector_code.inl, nothing of the standard library is used.
#include "split_product.hpp"

#define JCS_LANES 16
#include "vectors.inl"

namespace jcs::kernels {
namespace {

constexpr int kRows = 16;      // of a tile of the first factor, and of sums
constexpr int kRowBytes = 64;  // of any tile
constexpr int kDepth = 32;     // columns of a tile of the first factor
constexpr int kPanel = 32;     // columns of two tiles of sums side by side
constexpr int kTile = 1024;    // bytes
// All positions of a transformed tile would fall onto the same lines of a cache if they were a
// power of two apart.
constexpr int kGap = 64;

using HalfWords [[gnu::vector_size(32)]] = unsigned short;
using Words [[gnu::vector_size(64)]] = unsigned;

/// Sixteen values, split: the first halves to `to`, the second to the tile behind.
inline void split(const Vector& values, char* to) {
  const HalfWords first = (HalfWords)_mm512_cvtneps_pbh((__m512)values);
  const Vector rounded = (Vector)(__builtin_convertvector(first, Words) << 16);
  const HalfWords second = (HalfWords)_mm512_cvtneps_pbh((__m512)(values - rounded));
  __builtin_memcpy(to, &first, sizeof first);
  __builtin_memcpy(to + kTile, &second, sizeof second);
}

inline int chunks_of(int depth) { return (depth + kDepth - 1) / kDepth; }

/// Where a row of the first factor begins; its second half lies a tile behind, its next chunk two.
inline std::int64_t row_at(std::int64_t row, int chunks) {
  return row / kRows * chunks * 2 * kTile + row % kRows * kRowBytes;
}

/// A row of the first factor in one piece: its segments one behind the other, times their factors.
inline void gather(const Segment* segments, int segment_count, std::int64_t row, float* to) {
  for (int s = 0; s < segment_count; ++s) {
    const Segment& segment = segments[s];
    const float* from = segment.rows + row * segment.row_stride;
    for (int k = 0; k < segment.depth; k += JCS_LANES) {
      const int count = segment.depth - k;
      Vector values = load_up_to(from + k, count);
      if (segment.scale != nullptr) values *= load_up_to(segment.scale + k, count);
      if (count >= JCS_LANES) {
        store(to + k, values);
      } else {
        store_first(to + k, values, count);
      }
    }
    to += segment.depth;
  }
}

/// The first factor as tiles: for each 16 rows and 32 columns one of first and one of second
/// halves.
void split_rows(std::int64_t rows, const Segment* segments, int segment_count, int depth,
                float* whole_row, char* tiles) {
  const bool in_place = segment_count == 1 && segments[0].scale == nullptr;
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* from = whole_row;
    if (in_place) {
      from = segments[0].rows + row * segments[0].row_stride;
    } else {
      gather(segments, segment_count, row, whole_row);
    }
    char* to = tiles + row_at(row, chunks_of(depth));
    for (int k = 0; k < depth; k += kDepth, to += 2 * kTile) {
      split(load_up_to(from + k, depth - k), to);
      const int behind = depth - k - JCS_LANES;
      split(behind > 0 ? load_up_to(from + k + JCS_LANES, behind) : Vector{}, to + kRowBytes / 2);
    }
  }
}

/// Transforms one 6×6 tile of each channel to the first factor's row `row`, from column `first` on,
/// which is a multiple of 16; what is left of a chunk behind the channels is filled with zeros.
void tile_in(const float* const* pixels, int channels, const float* scale, int first, int depth,
             std::int64_t row, void* tiles, std::int64_t position_stride) {
  char* const begin = static_cast<char*>(tiles) + row_at(row, chunks_of(depth));
  const auto at = [&](int column) {
    return begin + column / kDepth * 2 * kTile + column % kDepth * (kRowBytes / kDepth);
  };
  for (int c = 0; c < channels; c += JCS_LANES) {
    char* const to = at(first + c);
    const auto put = [&](int position, const Vector& v) {
      split(v, to + position * position_stride);
    };
    const int count = channels - c;
    if (count >= JCS_LANES && scale == nullptr) {
      vector_in([&](int i) { return load(pixels[i] + c); }, put);
    } else {
      const Vector factor = scale == nullptr ? Vector{} + 1.0F : load_up_to(scale + c, count);
      vector_in([&](int i) { return load_up_to(pixels[i] + c, count) * factor; }, put);
    }
  }
  const int end = first + (channels + JCS_LANES - 1) / JCS_LANES * JCS_LANES;
  if (first + channels < depth || end % kDepth == 0) return;
  for (int position = 0; position < kTilePositions; ++position) {
    split(Vector{}, at(end) + position * position_stride);
  }
}

/// Sums of 16 or 32 rows and 16 or 32 columns, over all of the depth.
/// @param rows, columns tiles of the factors. @param row_step bytes to the second 16 rows' tiles
template <bool kTwoDown, bool kTwoAcross>
inline void sums(int chunks, const char* rows, std::int64_t row_step, const char* columns,
                 float* out, std::int64_t out_stride) {
  _tile_zero(0);
  if (kTwoAcross) _tile_zero(1);
  if (kTwoDown) _tile_zero(2);
  if (kTwoDown && kTwoAcross) _tile_zero(3);
  for (int chunk = 0; chunk < chunks; ++chunk, rows += 2 * kTile, columns += 4 * kTile) {
    _tile_loadd(4, rows, kRowBytes);
    _tile_loadd(5, rows + kTile, kRowBytes);
    _tile_loadd(6, columns, kRowBytes);
    _tile_loadd(7, columns + kTile, kRowBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(0, 5, 6);
    _tile_dpbf16ps(0, 4, 7);
    if (kTwoAcross) {
      _tile_loadd(6, columns + 2 * kTile, kRowBytes);
      _tile_loadd(7, columns + 3 * kTile, kRowBytes);
      _tile_dpbf16ps(1, 4, 6);
      _tile_dpbf16ps(1, 5, 6);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (kTwoDown) {
      _tile_loadd(4, rows + row_step, kRowBytes);
      _tile_loadd(5, rows + row_step + kTile, kRowBytes);
      if (kTwoAcross) {
        _tile_dpbf16ps(3, 4, 6);
        _tile_dpbf16ps(3, 5, 6);
        _tile_dpbf16ps(3, 4, 7);
        _tile_loadd(6, columns, kRowBytes);
        _tile_loadd(7, columns + kTile, kRowBytes);
      }
      _tile_dpbf16ps(2, 4, 6);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(2, 4, 7);
    }
  }
  const std::int64_t stride = out_stride * static_cast<std::int64_t>(sizeof(float));
  _tile_stored(0, out, stride);
  if (kTwoAcross) _tile_stored(1, out + JCS_LANES, stride);
  if (kTwoDown) _tile_stored(2, out + kRows * out_stride, stride);
  if (kTwoDown && kTwoAcross) _tile_stored(3, out + kRows * out_stride + JCS_LANES, stride);
}

void finish_rows(std::int64_t rows, int columns, const float* sums, float* out,
                 std::int64_t out_stride, const Finish& finish) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (int c = 0; c < columns; c += JCS_LANES) {
      const int count = columns - c;
      Vector v = load(sums + row * kPanel + c);
      if (finish.bias != nullptr) v += load(finish.bias + c);
      if (finish.addend != nullptr) {
        v += load_up_to(finish.addend + row * finish.addend_stride + c, count);
      }
      if (finish.relu) v = rectified(v);
      if (count >= JCS_LANES) {
        store(out + row * out_stride + c, v);
      } else {
        store_first(out + row * out_stride + c, v, count);
      }
    }
  }
}

/// All eight tiles whole.
struct TileShapes {
  unsigned char palette = 1, start_row = 0;
  unsigned char reserved[14] = {};
  unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
alignas(kRowBytes) const TileShapes kShapes;

// Compilers do not know of all memory that the tiles' instructions read and write.
inline void memory_is_as_written() { asm volatile("" ::: "memory"); }

void multiply_tiles(std::int64_t rows, std::int64_t columns, const void* tiles, int depth,
                    const float* panels, float* out, std::int64_t out_stride,
                    const Finish& finish) {
  alignas(kRowBytes) float square[2 * kRows * kPanel];
  const int chunks = chunks_of(depth);
  const std::int64_t row_step = row_at(kRows, chunks);
  memory_is_as_written();
  _tile_loadconfig(&kShapes);
  for (std::int64_t column = 0; column < columns; column += kPanel) {
    const char* panel = reinterpret_cast<const char*>(panels + column * chunks * kDepth);
    const std::int64_t left = columns - column;
    const int here = left < kPanel ? static_cast<int>(left) : kPanel;
    for (std::int64_t row = 0; row < rows; row += 2 * kRows) {
      const std::int64_t down = rows - row < 2 * kRows ? rows - row : 2 * kRows;
      const bool plain = finish.bias == nullptr && down == 2 * kRows && here == kPanel;
      float* to = plain ? out + row * out_stride + column : square;
      const std::int64_t stride = plain ? out_stride : kPanel;
      const char* from = static_cast<const char*>(tiles) + row_at(row, chunks);
      if (down > kRows) {
        here > JCS_LANES ? sums<true, true>(chunks, from, row_step, panel, to, stride)
                         : sums<true, false>(chunks, from, row_step, panel, to, stride);
      } else {
        here > JCS_LANES ? sums<false, true>(chunks, from, row_step, panel, to, stride)
                         : sums<false, false>(chunks, from, row_step, panel, to, stride);
      }
      memory_is_as_written();
      if (plain) continue;
      Finish rest = finish;
      if (rest.bias != nullptr) rest.bias += column;
      if (rest.addend != nullptr) rest.addend += row * rest.addend_stride + column;
      finish_rows(down, here, square, out + row * out_stride + column, out_stride, rest);
    }
  }
  _tile_release();
}

std::int64_t tiles_bytes(std::int64_t rows, int depth) {
  return row_at((rows + 2 * kRows - 1) / (2 * kRows) * (2 * kRows), chunks_of(depth)) + kGap;
}

void multiply(std::int64_t rows, std::int64_t columns, const Segment* segments, int segment_count,
              int depth, const float* panels, float* out, std::int64_t out_stride,
              const Finish& finish, float* workspace) {
  float* const whole_row = workspace;
  void* const tiles = workspace + chunks_of(depth) * kDepth;
  split_rows(rows, segments, segment_count, depth, whole_row, static_cast<char*>(tiles));
  multiply_tiles(rows, columns, tiles, depth, panels, out, out_stride, finish);
}

/// One chunk of a panel, 32 × 32: two tiles of the first 16 columns and two of the others.
void split_chunk(float* chunk) {
  alignas(kRowBytes) float copy[kDepth * kPanel];
  __builtin_memcpy(copy, chunk, sizeof copy);
  char* to = reinterpret_cast<char*>(chunk);
  const __m512i alternating =
      _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int half = 0; half < 2; ++half, to += 2 * kTile) {
    for (int k = 0; k < kDepth; k += 2) {
      const float* row = copy + k * kPanel + half * JCS_LANES;
      const __m512 even = (__m512)load(row), odd = (__m512)load(row + kPanel);
      // Pairs of rows, value by value: (0, 0), (1, 0), (0, 1), …
      const __m512 low = _mm512_permutex2var_ps(even, alternating, odd);
      const __m512 high =
          _mm512_permutex2var_ps(even, _mm512_add_epi32(alternating, _mm512_set1_epi32(8)), odd);
      split((Vector)low, to + k / 2 * kRowBytes);
      split((Vector)high, to + k / 2 * kRowBytes + kRowBytes / 2);
    }
  }
}

void lay_out(float* panel, int depth) {
  for (int k = 0; k < depth; k += kDepth) split_chunk(panel + k * kPanel);
}

std::int64_t workspace_floats(std::int64_t rows, int depth) {
  return chunks_of(depth) * kDepth + tiles_bytes(rows, depth) / static_cast<int>(sizeof(float));
}

}  // namespace

extern const SplitProduct kAmxProduct;
const SplitProduct kAmxProduct = {.row_step = 2 * kRows,
                                  .depth_step = kDepth,
                                  .lay_out = lay_out,
                                  .workspace_floats = workspace_floats,
                                  .multiply = multiply,
                                  .tiles_bytes = tiles_bytes,
                                  .tile_in = tile_in,
                                  .multiply_tiles = multiply_tiles};

}  // namespace jcs::kernels
