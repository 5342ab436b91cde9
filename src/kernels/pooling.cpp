#include "jcs/kernels/pooling.hpp"

#include <algorithm>
#include <vector>

#include "vector_code.hpp"

namespace jcs::kernels {

void max_pool(const Channels& input, const Extent& extent, float* out, InstructionSet set,
              const Workers& workers) {
  const VectorCode& code = vector_code(set);
  const std::int64_t height = extent.height / 2, width = extent.width / 2;
  workers.run(extent.pictures * height, [&](std::int64_t task) {
    const std::int64_t picture = task / height, row = task % height;
    const float* first =
        input.data + (picture * extent.height + 2 * row) * extent.width * input.pixel_stride;
    code.max_row(first, first + extent.width * input.pixel_stride, input.pixel_stride, width,
                 input.count, out + task * width * input.count);
  });
}

namespace {

/// Where a window begins and ends along one edge.
struct Span {
  std::int64_t first, last;  ///< pixels of the map
  std::int64_t whole;        ///< pixels with those of the padding
};

Span span_of(std::int64_t window, const Windows& windows, std::int64_t pixels) {
  const std::int64_t begin = window * windows.stride - windows.padding;
  const std::int64_t end = begin + windows.kernel;
  return {std::max<std::int64_t>(0, begin), std::min(end, pixels),
          std::min(end, pixels + windows.padding) - begin};
}

/// Calls `pool(rows, row_count, across, down, out)` for every window.
template <class Pool>
void each_window(const Channels& input, const Extent& extent, const Windows& windows, float* out,
                 const Workers& workers, const Pool& pool) {
  workers.run(extent.pictures * windows.height, [&](std::int64_t task) {
    const Span down = span_of(task % windows.height, windows, extent.height);
    std::vector<const float*> rows;
    for (std::int64_t y = down.first; y < down.last; ++y) {
      const std::int64_t row = task / windows.height * extent.height + y;
      rows.push_back(input.data + row * extent.width * input.pixel_stride);
    }
    for (std::int64_t x = 0; x < windows.width; ++x) {
      pool(rows.data(), static_cast<int>(rows.size()), span_of(x, windows, extent.width), down,
           out + (task * windows.width + x) * input.count);
    }
  });
}

}  // namespace

void max_pool(const Channels& input, const Extent& extent, const Windows& windows, float* out,
              InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  each_window(input, extent, windows, out, workers,
              [&](const float* const* rows, int count, const Span& across, const Span&, float* to) {
                code.max_window(rows, count, input.pixel_stride, across.first, across.last,
                                input.count, to);
              });
}

void mean_pool(const Channels& input, const Extent& extent, const Windows& windows, float* out,
               InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  each_window(
      input, extent, windows, out, workers,
      [&](const float* const* rows, int count, const Span& across, const Span& down, float* to) {
        const std::int64_t pixels = windows.padding_counts ? across.whole * down.whole
                                                           : count * (across.last - across.first);
        code.mean_window(rows, count, input.pixel_stride, across.first, across.last, input.count,
                         static_cast<float>(pixels), to);
      });
}

void channel_means(const Channels& input, const Extent& extent, float* out, InstructionSet set,
                   const Workers& workers) {
  // Blocks of one size whoever sums them up, so that threads change nothing.
  constexpr std::int64_t kBlock = 1024;
  const VectorCode& code = vector_code(set);
  const std::int64_t pixels = extent.height * extent.width;
  const std::int64_t blocks = (pixels + kBlock - 1) / kBlock;
  std::vector<float> sums(static_cast<std::size_t>(extent.pictures * blocks * input.count));
  workers.run(extent.pictures * blocks, [&](std::int64_t task) {
    const std::int64_t first = task % blocks * kBlock;
    code.sum_pixels(input.data + (task / blocks * pixels + first) * input.pixel_stride,
                    input.pixel_stride, std::min(kBlock, pixels - first), input.count,
                    sums.data() + task * input.count);
  });
  for (std::int64_t picture = 0; picture < extent.pictures; ++picture) {
    for (int channel = 0; channel < input.count; ++channel) {
      double sum = 0;
      for (std::int64_t block = 0; block < blocks; ++block) {
        sum += sums[static_cast<std::size_t>((picture * blocks + block) * input.count + channel)];
      }
      out[picture * input.count + channel] = static_cast<float>(sum / static_cast<double>(pixels));
    }
  }
}

}  // namespace jcs::kernels
