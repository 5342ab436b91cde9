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
