// The loops in which a prepared network spends its time, written once for vectors of any width. A
// source file defines JCS_LANES (floats of a vector), JCS_ROWS (rows of a product, so that the sums
// just fit into the registers) and JCS_SET (a name), and includes this file.
//
// All is in an anonymous namespace and nothing of the standard library is used: a function that the
// linker may share with other files must not have been compiled for instructions that the processor
// may lack.
//
// Winograd's F(4×4, 3×3). Sixteen outputs y of a channel come of a 6×6 tile d of the input and the
// 3×3 kernel g:
//
//     y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// The product ⊙ is summed over the input channels, which makes each of its 36 positions a matrix
// product [tiles × in] · [in × out]. G g Gᵀ is done beforehand (winograd.cpp). With the points 0,
// 1, −1, 2, −2 and ∞:
//
//     Bᵀ = 4  0 −5  0  1  0      Aᵀ = 1  1  1  1  1  0
//          0 −4 −4  1  1  0           0  1 −1  2 −2  0
//          0  4 −4 −1  1  0           0  1  1  4  4  0
//          0 −2 −1  2  1  0           0  1 −1  8 −8  1
//          0  2 −1 −2  1  0
//          0  4  0 −5  0  1
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "vector_code.hpp"

namespace jcs::kernels {
namespace {

typedef float Vector __attribute__((vector_size(JCS_LANES * sizeof(float))));
typedef int Mask __attribute__((vector_size(JCS_LANES * sizeof(float))));

inline Vector load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, const Vector& v) { __builtin_memcpy(to, &v, sizeof v); }

#if defined(__AVX2__) && !defined(__AVX512F__)
inline __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `count` floats, fewer than a vector; the others are 0. Touches no memory behind them.
inline Vector load_first(const float* from, int count) {
#if defined(__AVX512F__)
  return (Vector)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1U), from);
#elif defined(__AVX2__)
  return (Vector)_mm256_maskload_ps(from, first_lanes(count));
#else
  Vector v = {};
  for (int i = 0; i < count; ++i) v[i] = from[i];
  return v;
#endif
}

inline void store_first(float* to, const Vector& v, int count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << count) - 1U), (__m512)v);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(to, first_lanes(count), (__m256)v);
#else
  for (int i = 0; i < count; ++i) to[i] = v[i];
#endif
}

/// Not a number stays one, as in LibTorch.
inline Vector rectified(const Vector& v) { return v < 0.0F ? Vector{} : v; }

template <int kRows>
void product_of(const Segment* segments, int segment_count, const float* panels, float* out,
                std::int64_t out_stride, int columns, const Finish& finish) {
  Vector sum[kRows][2];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = Vector{};
  for (int s = 0; s < segment_count; ++s) {
    const float* row = segments[s].rows;
    const std::int64_t stride = segments[s].row_stride;
    for (int k = 0; k < segments[s].depth; ++k, ++row, panels += 2 * JCS_LANES) {
      const Vector b0 = load(panels);
      const Vector b1 = load(panels + JCS_LANES);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const float a = row[r * stride];
        sum[r][0] += a * b0;
        sum[r][1] += a * b1;
      }
    }
  }
  if (finish.bias != nullptr) {
    const Vector b0 = load(finish.bias);
    const Vector b1 = load(finish.bias + JCS_LANES);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      sum[r][0] += b0;
      sum[r][1] += b1;
    }
  }
  const bool whole = columns == 2 * JCS_LANES;
  const int first = columns < JCS_LANES ? columns : JCS_LANES;
  const int second = columns - first;
  if (finish.addend != nullptr) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const float* addend = finish.addend + r * finish.addend_stride;
      if (whole) {
        sum[r][0] += load(addend);
        sum[r][1] += load(addend + JCS_LANES);
      } else {
        sum[r][0] += first == JCS_LANES ? load(addend) : load_first(addend, first);
        if (second > 0) sum[r][1] += load_first(addend + JCS_LANES, second);
      }
    }
  }
  if (finish.relu) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      sum[r][0] = rectified(sum[r][0]);
      sum[r][1] = rectified(sum[r][1]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    float* to = out + r * out_stride;
    if (whole) {
      store(to, sum[r][0]);
      store(to + JCS_LANES, sum[r][1]);
    } else if (second == 0 && first < JCS_LANES) {
      store_first(to, sum[r][0], first);
    } else {
      store(to, sum[r][0]);
      store_first(to + JCS_LANES, sum[r][1], second);
    }
  }
}

using ProductOf = void (*)(const Segment*, int, const float*, float*, std::int64_t, int,
                           const Finish&);

// No std::integer_sequence: nothing of the standard library here.
constexpr ProductOf kProducts[] = {
    nullptr,       product_of<1>, product_of<2>, product_of<3>,  product_of<4>,  product_of<5>,
    product_of<6>,
#if JCS_ROWS > 6
    product_of<7>, product_of<8>, product_of<9>, product_of<10>, product_of<11>, product_of<12>,
#endif
};

void product(int rows, const Segment* segments, int segment_count, const float* panels, float* out,
             std::int64_t out_stride, int columns, const Finish& finish) {
  kProducts[rows](segments, segment_count, panels, out, out_stride, columns, finish);
}

/// Bᵀ times a column of six.
inline void transform_in(const Vector* d, Vector* v) {
  const Vector even = d[4] - 4.0F * d[2];
  const Vector odd = d[3] - 4.0F * d[1];
  const Vector near = d[4] - d[2];
  const Vector far = 2.0F * (d[3] - d[1]);
  v[0] = 4.0F * d[0] - 5.0F * d[2] + d[4];
  v[1] = even + odd;
  v[2] = even - odd;
  v[3] = near + far;
  v[4] = near - far;
  v[5] = 4.0F * d[1] - 5.0F * d[3] + d[5];
}

/// Aᵀ times a column of six.
inline void transform_out(const Vector* m, Vector* y) {
  const Vector near = m[1] + m[2];
  const Vector near_odd = m[1] - m[2];
  const Vector far = m[3] + m[4];
  const Vector far_odd = m[3] - m[4];
  y[0] = m[0] + near + far;
  y[1] = near_odd + 2.0F * far_odd;
  y[2] = near + 4.0F * far;
  y[3] = near_odd + 8.0F * far_odd + m[5];
}

/// One vector of channels: `take` brings a pixel's.
template <class Take>
inline void vector_in(const Take& take, float* out, std::int64_t position_stride) {
  Vector rows[6][6];  // [column][row of Bᵀ d]
  for (int x = 0; x < 6; ++x) {
    Vector column[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) column[y] = take(y * 6 + x);
    transform_in(column, rows[x]);
  }
  for (int y = 0; y < 6; ++y) {
    Vector row[6], v[6];
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) row[x] = rows[x][y];
    transform_in(row, v);
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) store(out + (y * 6 + x) * position_stride, v[x]);
  }
}

void tile_in(const float* const* pixels, int channels, const float* scale, float* out,
             std::int64_t position_stride) {
  int c = 0;
  for (; c + JCS_LANES <= channels; c += JCS_LANES) {
    if (scale == nullptr) {
      vector_in([&](int i) { return load(pixels[i] + c); }, out + c, position_stride);
    } else {
      const Vector factor = load(scale + c);
      vector_in([&](int i) { return load(pixels[i] + c) * factor; }, out + c, position_stride);
    }
  }
  if (const int rest = channels - c; rest > 0) {
    const Vector factor = scale == nullptr ? Vector{} + 1.0F : load_first(scale + c, rest);
    vector_in([&](int i) { return load_first(pixels[i] + c, rest) * factor; }, out + c,
              position_stride);
  }
}

/// One vector of channels; `put` takes a pixel's.
template <class Put>
inline void vector_out(const float* products, std::int64_t position_stride, const Put& put) {
  Vector rows[6][4];  // [column][row of Aᵀ m]
  for (int x = 0; x < 6; ++x) {
    Vector column[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) column[y] = load(products + (y * 6 + x) * position_stride);
    transform_out(column, rows[x]);
  }
  for (int y = 0; y < 4; ++y) {
    Vector row[6], out[4];
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) row[x] = rows[x][y];
    transform_out(row, out);
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) put(y * 4 + x, out[x]);
  }
}

void tile_out(const float* products, std::int64_t position_stride, int channels, const float* bias,
              const float* const* addends, bool relu, float* const* pixels) {
  for (int c = 0; c < channels; c += JCS_LANES) {
    const int count = channels - c < JCS_LANES ? channels - c : JCS_LANES;
    const bool whole = count == JCS_LANES;
    const Vector b = load(bias + c);
    vector_out(products + c, position_stride, [&](int i, Vector v) {
      float* to = pixels[i];
      if (to == nullptr) return;
      v += b;
      if (addends != nullptr) {
        v += whole ? load(addends[i] + c) : load_first(addends[i] + c, count);
      }
      if (relu) v = rectified(v);
      if (whole) {
        store(to + c, v);
      } else {
        store_first(to + c, v, count);
      }
    });
  }
}

}  // namespace

extern const VectorCode JCS_SET;
const VectorCode JCS_SET = {.rows = JCS_ROWS,
                            .panel = 2 * JCS_LANES,
                            .lanes = JCS_LANES,
                            .product = product,
                            .tile_in = tile_in,
                            .tile_out = tile_out,
                            .split = nullptr};

}  // namespace jcs::kernels
