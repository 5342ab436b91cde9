// Vectors of JCS_LANES floats and Winograd's transforms of one vector of channels, for the files
// that are compiled for an instruction set.
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

namespace jcs::kernels {
namespace {

using Vector [[gnu::vector_size(JCS_LANES * sizeof(float))]] = float;

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

/// The first `count` floats, at most a vector.
inline Vector load_up_to(const float* from, int count) {
  return count >= JCS_LANES ? load(from) : load_first(from, count);
}

inline void store_up_to(float* to, const Vector& v, int count) {
  if (count >= JCS_LANES) {
    store(to, v);
  } else {
    store_first(to, v, count);
  }
}

/// Not a number stays one, as in LibTorch.
inline Vector rectified(const Vector& v) { return v < 0.0F ? Vector{} : v; }

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

/// One vector of channels: `take` brings a pixel's, `put` takes a position's.
template <class Take, class Put>
inline void vector_in(const Take& take, const Put& put) {
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
    for (int x = 0; x < 6; ++x) put(y * 6 + x, v[x]);
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

}  // namespace
}  // namespace jcs::kernels
