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

// kVectors: one where the columns to be stored fit into the first vector of a panel, else two.
template <int kRows, int kVectors>
void product_of(const Segment* segments, int segment_count, const float* panels, float* out,
                std::int64_t out_stride, int columns, const Finish& finish) {
  Vector sum[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Vector{};
  }
  for (int s = 0; s < segment_count; ++s) {
    const float* row = segments[s].rows;
    const std::int64_t stride = segments[s].row_stride;
    for (int k = 0; k < segments[s].depth; ++k, ++row, panels += 2 * JCS_LANES) {
      Vector b[kVectors];
      for (int v = 0; v < kVectors; ++v) b[v] = load(panels + v * JCS_LANES);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const float a = row[r * stride];
        for (int v = 0; v < kVectors; ++v) sum[r][v] += a * b[v];
      }
    }
  }
  const int last = columns - (kVectors - 1) * JCS_LANES;  // columns of the last vector
  const bool whole = last == JCS_LANES;
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      const int column = v * JCS_LANES;
      const bool all = whole || v + 1 < kVectors;
      Vector& value = sum[r][v];
      if (finish.bias != nullptr) value += load(finish.bias + column);
      if (finish.addend != nullptr) {
        const float* addend = finish.addend + r * finish.addend_stride + column;
        value += all ? load(addend) : load_first(addend, last);
      }
      if (finish.relu) value = rectified(value);
      float* to = out + r * out_stride + column;
      if (all) {
        store(to, value);
      } else {
        store_first(to, value, last);
      }
    }
  }
}

using ProductOf = void (*)(const Segment*, int, const float*, float*, std::int64_t, int,
                           const Finish&);

// No std::integer_sequence: nothing of the standard library here.
template <int kVectors>
constexpr ProductOf kProducts[] = {
    nullptr,
    product_of<1, kVectors>,
    product_of<2, kVectors>,
    product_of<3, kVectors>,
    product_of<4, kVectors>,
    product_of<5, kVectors>,
    product_of<6, kVectors>,
#if JCS_ROWS > 6
    product_of<7, kVectors>,
    product_of<8, kVectors>,
    product_of<9, kVectors>,
    product_of<10, kVectors>,
    product_of<11, kVectors>,
    product_of<12, kVectors>,
#endif
};

// One vector of columns leaves room for twice as many rows, and needs them: a sum that waits for
// the one before leaves the core idle.
#if JCS_ROWS == 6
template <>
constexpr ProductOf kProducts<1>[] = {
    nullptr,           product_of<1, 1>,  product_of<2, 1>,  product_of<3, 1>, product_of<4, 1>,
    product_of<5, 1>,  product_of<6, 1>,  product_of<7, 1>,  product_of<8, 1>, product_of<9, 1>,
    product_of<10, 1>, product_of<11, 1>, product_of<12, 1>,
};
constexpr int kNarrowRows = 12;
#else
constexpr int kNarrowRows = JCS_ROWS;
#endif

void product(int rows, const Segment* segments, int segment_count, const float* panels, float* out,
             std::int64_t out_stride, int columns, const Finish& finish) {
  const ProductOf code = columns <= JCS_LANES ? kProducts<1>[rows] : kProducts<2>[rows];
  code(segments, segment_count, panels, out, out_stride, columns, finish);
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
      store_up_to(out + c, v, count);
    }
  }
}

template <class Join, class Close>
inline void window_of(const float* const* rows, int row_count, std::int64_t pixel_stride,
                      std::int64_t first, std::int64_t last, int channels, float* out,
                      const Join& join, const Close& close) {
  for (int c = 0; c < channels; c += JCS_LANES) {
    const int count = channels - c;
    Vector v = load_up_to(rows[0] + first * pixel_stride + c, count);
    for (int row = 0; row < row_count; ++row) {
      const float* pixel = rows[row] + first * pixel_stride + c;
      for (std::int64_t x = first; x < last; ++x, pixel += pixel_stride) {
        if (row > 0 || x > first) v = join(v, load_up_to(pixel, count));
      }
    }
    v = close(v);
    store_up_to(out + c, v, count);
  }
}

void max_window(const float* const* rows, int row_count, std::int64_t pixel_stride,
                std::int64_t first, std::int64_t last, int channels, float* out) {
  window_of(
      rows, row_count, pixel_stride, first, last, channels, out,
      [](const Vector& a, const Vector& b) { return larger(a, b); },
      [](const Vector& v) { return v; });
}

void mean_window(const float* const* rows, int row_count, std::int64_t pixel_stride,
                 std::int64_t first, std::int64_t last, int channels, float divisor, float* out) {
  window_of(
      rows, row_count, pixel_stride, first, last, channels, out,
      [](const Vector& a, const Vector& b) { return a + b; },
      [&](const Vector& v) { return v / divisor; });
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
    store_up_to(out + c, even + odd, count);
  }
}

/// Calls `work(at, place, count)` for every vector of a row: where it begins, where in the period,
/// and how many of its floats there are.
template <class Work>
inline void each_vector(std::int64_t floats, int period, const Work& work) {
  std::int64_t begin = 0;
  for (; begin + period <= floats; begin += period) {
#pragma GCC unroll 4
    for (int place = 0; place < period; place += JCS_LANES) work(begin + place, place, JCS_LANES);
  }
  const auto left = static_cast<int>(floats - begin);
  for (int place = 0; place < left; place += JCS_LANES) {
    work(begin + place, place, left - place < JCS_LANES ? left - place : JCS_LANES);
  }
}

void sum_periods(const float* x, std::int64_t floats, int period, float* sums) {
  each_vector(floats, period, [&](std::int64_t at, int place, int count) {
    store(sums + place, load(sums + place) + load_up_to(x + at, count));
  });
}

void sum_squares(const float* x, std::int64_t floats, int period, const float* means, float* sums) {
  each_vector(floats, period, [&](std::int64_t at, int place, int count) {
    const Vector off = load_up_to(x + at, count) - load_up_to(means + place, count);
    store(sums + place, load(sums + place) + off * off);
  });
}

void scale_periods(const float* x, std::int64_t floats, int period, const float* factors,
                   const float* offsets, bool relu, float* out) {
  const auto scaled = [&](std::int64_t at, int place, int count) {
    return load(factors + place) * load_up_to(x + at, count) + load(offsets + place);
  };
  if (relu) {
    each_vector(floats, period, [&](std::int64_t at, int place, int count) {
      store_up_to(out + at, rectified(scaled(at, place, count)), count);
    });
  } else {
    each_vector(floats, period, [&](std::int64_t at, int place, int count) {
      store_up_to(out + at, scaled(at, place, count), count);
    });
  }
}

/// Calls `work` as each_vector() does, and with the gradient that counts there.
template <class Work>
inline void each_gradient(const float* gradient, const float* rectified, std::int64_t floats,
                          int period, const Work& work) {
  if (rectified == nullptr) {
    each_vector(floats, period, [&](std::int64_t at, int place, int count) {
      work(at, place, count, load_up_to(gradient + at, count));
    });
  } else {
    each_vector(floats, period, [&](std::int64_t at, int place, int count) {
      // Where it is not a number the gradient passes, as in LibTorch.
      const Vector g = load_up_to(gradient + at, count);
      work(at, place, count, load_up_to(rectified + at, count) <= 0.0F ? Vector{} : g);
    });
  }
}

void sum_gradients(const float* gradient, const float* rectified, const float* x,
                   std::int64_t floats, int period, const float* means, float* sums,
                   float* centred) {
  each_gradient(gradient, rectified, floats, period,
                [&](std::int64_t at, int place, int count, const Vector& g) {
                  const Vector off = load_up_to(x + at, count) - load(means + place);
                  store(sums + place, load(sums + place) + g);
                  store(centred + place, load(centred + place) + g * off);
                });
}

void input_gradient(const float* gradient, const float* rectified, const float* x,
                    std::int64_t floats, int period, const GradientTerms& terms, float* out) {
  each_gradient(gradient, rectified, floats, period,
                [&](std::int64_t at, int place, int count, const Vector& g) {
                  const Vector off = load_up_to(x + at, count) - load(terms.mean + place);
                  store_up_to(out + at,
                              load(terms.factor + place) * g + load(terms.slope + place) * off +
                                  load(terms.offset + place),
                              count);
                });
}

}  // namespace

extern const VectorCode JCS_SET;
const VectorCode JCS_SET = {.rows = JCS_ROWS,
                            .narrow_rows = kNarrowRows,
                            .panel = 2 * JCS_LANES,
                            .lanes = JCS_LANES,
                            .product = product,
                            .tile_in = tile_in,
                            .tile_out = tile_out,
                            .max_row = max_row,
                            .max_window = max_window,
                            .mean_window = mean_window,
                            .sum_pixels = sum_pixels,
                            .sum_periods = sum_periods,
                            .sum_squares = sum_squares,
                            .scale_periods = scale_periods,
                            .sum_gradients = sum_gradients,
                            .input_gradient = input_gradient,
                            .split = nullptr};

}  // namespace jcs::kernels
