// The loops in which a prepared network spends its time, written once for vectors of any width. A
// source file defines JCS_LANES (floats of a vector), JCS_ROWS (rows of a product, so that the sums
// just fit into the registers) and JCS_SET (a name), and includes this file.
//
// All is in an anonymous namespace and nothing of the standard library is used: a function that the
// linker may share with other files must not have been compiled for instructions that the processor
// may lack.
#include "vector_code.hpp"
#include "vectors.inl"

namespace jcs::kernels {
namespace {

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

void tile_in(const float* const* pixels, int channels, const float* scale, float* out,
             std::int64_t position_stride) {
  const auto transform = [&](int c, const auto& take) {
    vector_in(take, [&](int position, const Vector& v) {
      store(out + c + position * position_stride, v);
    });
  };
  int c = 0;
  for (; c + JCS_LANES <= channels; c += JCS_LANES) {
    if (scale == nullptr) {
      transform(c, [&](int i) { return load(pixels[i] + c); });
    } else {
      const Vector factor = load(scale + c);
      transform(c, [&](int i) { return load(pixels[i] + c) * factor; });
    }
  }
  if (const int rest = channels - c; rest > 0) {
    const Vector factor = scale == nullptr ? Vector{} + 1.0F : load_first(scale + c, rest);
    transform(c, [&](int i) { return load_first(pixels[i] + c, rest) * factor; });
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

/// Not a number is the larger.
inline Vector larger(const Vector& a, const Vector& b) { return ((a > b) | (a != a)) ? a : b; }

void max_row(const float* upper, const float* lower, std::int64_t pixel_stride, std::int64_t width,
             int channels, float* out) {
  for (std::int64_t x = 0; x < width; ++x, out += channels) {
    const float* a = upper + 2 * x * pixel_stride;
    const float* b = lower + 2 * x * pixel_stride;
    for (int c = 0; c < channels; c += JCS_LANES) {
      const int count = channels - c;
      const auto take = [&](const float* from) { return load_up_to(from + c, count); };
      const Vector v =
          larger(larger(take(a), take(a + pixel_stride)), larger(take(b), take(b + pixel_stride)));
      if (count >= JCS_LANES) {
        store(out + c, v);
      } else {
        store_first(out + c, v, count);
      }
    }
  }
}

/// Where whole pixels fill a vector and lie side by side: `channels` divides JCS_LANES.
void sum_small_pixels(const float* first, std::int64_t pixels, int channels, float* out) {
  constexpr int kVectors = 4;
  Vector sums[kVectors] = {};
  const std::int64_t floats = pixels * channels;
  std::int64_t i = 0;
  for (; i + kVectors * JCS_LANES <= floats; i += kVectors * JCS_LANES) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[v] += load(first + i + v * JCS_LANES);
  }
  for (; i < floats; i += JCS_LANES) {
    const std::int64_t left = floats - i;
    sums[0] += load_up_to(first + i, left < JCS_LANES ? static_cast<int>(left) : JCS_LANES);
  }
  const Vector all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (int c = 0; c < channels; ++c) {
    float sum = 0.0F;
    for (int lane = c; lane < JCS_LANES; lane += channels) sum += all[lane];
    out[c] = sum;
  }
}

void sum_pixels(const float* first, std::int64_t pixel_stride, std::int64_t pixels, int channels,
                float* out) {
  if (pixel_stride == channels && JCS_LANES % channels == 0) {
    sum_small_pixels(first, pixels, channels, out);
    return;
  }
  // Four vectors of channels at once: a sum that waits for the one before leaves the core idle.
  constexpr int kVectors = 4;
  int c = 0;
  for (; c + kVectors * JCS_LANES <= channels; c += kVectors * JCS_LANES) {
    Vector sums[kVectors] = {};
    for (std::int64_t i = 0; i < pixels; ++i) {
      const float* pixel = first + i * pixel_stride + c;
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[v] += load(pixel + v * JCS_LANES);
    }
    for (int v = 0; v < kVectors; ++v) store(out + c + v * JCS_LANES, sums[v]);
  }
  for (; c < channels; c += JCS_LANES) {
    const int count = channels - c;
    Vector even = {}, odd = {};
    std::int64_t i = 0;
    for (; i + 2 <= pixels; i += 2) {
      even += load_up_to(first + i * pixel_stride + c, count);
      odd += load_up_to(first + (i + 1) * pixel_stride + c, count);
    }
    if (i < pixels) even += load_up_to(first + i * pixel_stride + c, count);
    if (count >= JCS_LANES) {
      store(out + c, even + odd);
    } else {
      store_first(out + c, even + odd, count);
    }
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
                            .max_row = max_row,
                            .sum_pixels = sum_pixels,
                            .split = nullptr};

}  // namespace jcs::kernels
