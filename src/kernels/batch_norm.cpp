// A map's channels repeat with every pixel, so its floats are one long row in which a pattern of
// values by channel repeats as well: a period is the least number of whole pixels that fills whole
// vectors. All loops go through the row vector by vector, however many channels there are.
#include "jcs/kernels/batch_norm.hpp"

#include <algorithm>
#include <numeric>

#include "jcs/kernels/aligned_floats.hpp"

#include "vector_code.hpp"

namespace jcs::kernels {

namespace {

// Floats of a block: it stays in a core's cache while it is read twice.
constexpr std::int64_t kBlock = std::int64_t{1} << 15;
// Fewer sums than this at once would wait for each other.
constexpr int kVectors = 8;

/// How a row is cut.
class Row {
 public:
  Row(const Pixels& x, const VectorCode& code)
      : channels_(x.channels), floats_(x.count * x.channels) {
    period_ = channels_ / std::gcd(channels_, code.lanes) * code.lanes;
    const int least = kVectors * code.lanes;
    period_ *= (least + period_ - 1) / period_;
    block_ = std::max<std::int64_t>(1, kBlock / period_) * period_;
  }

  [[nodiscard]] int period() const { return period_; }
  [[nodiscard]] std::int64_t blocks() const { return (floats_ + block_ - 1) / block_; }
  [[nodiscard]] std::int64_t first(std::int64_t block) const { return block * block_; }
  [[nodiscard]] std::int64_t size(std::int64_t block) const {
    return std::min(block_, floats_ - first(block));
  }
  [[nodiscard]] std::int64_t pixels(std::int64_t block) const { return size(block) / channels_; }

  /// The values of all channels, over and over until a period is full.
  [[nodiscard]] AlignedFloats pattern(const float* values) const {
    AlignedFloats whole;
    whole.resize(static_cast<std::size_t>(period_));
    fill(values, whole.data());
    return whole;
  }
  void fill(const float* values, float* pattern) const {
    for (int i = 0; i < period_; i += channels_) std::copy_n(values, channels_, pattern + i);
  }

  /// The sums of every channel from those of a period's places.
  void fold(const float* sums, float* channels) const {
    std::copy_n(sums, channels_, channels);
    for (int i = channels_; i < period_; i += channels_) {
      for (int c = 0; c < channels_; ++c) channels[c] += sums[i + c];
    }
  }

 private:
  int channels_, period_ = 0;
  std::int64_t floats_, block_ = 0;
};

/// Two results for every channel of every block.
class BlockSums {
 public:
  BlockSums(const Row& row, int channels)
      : channels_(static_cast<std::size_t>(channels)),
        values_(static_cast<std::size_t>(row.blocks()) * channels_ * 2) {}
  float* first(std::int64_t block) {
    return values_.data() + static_cast<std::size_t>(block) * channels_ * 2;
  }
  float* second(std::int64_t block) { return first(block) + channels_; }

 private:
  std::size_t channels_;
  std::vector<float> values_;
};

}  // namespace

Moments channel_moments(const Pixels& x, InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  const Row row(x, code);
  BlockSums blocks(row, x.channels);
  const auto channels = static_cast<std::size_t>(x.channels);
  // Of each block the mean and the squares of what differs from it: squares of the values
  // themselves would leave nothing of a small variance.
  workers.run(row.blocks(), [&](std::int64_t block) {
    AlignedFloats sums, means;
    sums.resize(static_cast<std::size_t>(row.period()));
    means.resize(static_cast<std::size_t>(row.period()));
    const float* const data = x.data + row.first(block);
    std::ranges::fill(sums, 0.0F);
    code.sum_periods(data, row.size(block), row.period(), sums.data());
    float* const mean = blocks.first(block);
    row.fold(sums.data(), mean);
    const auto pixels = static_cast<float>(row.pixels(block));
    for (std::size_t c = 0; c < channels; ++c) mean[c] /= pixels;
    row.fill(mean, means.data());
    std::ranges::fill(sums, 0.0F);
    code.sum_squares(data, row.size(block), row.period(), means.data(), sums.data());
    row.fold(sums.data(), blocks.second(block));
  });
  // Chan, Golub and LeVeque's sum of the squares of two parts.
  Moments moments{std::vector<double>(channels), std::vector<double>(channels)};
  double before = 0;
  for (std::int64_t block = 0; block < row.blocks(); ++block) {
    const auto here = static_cast<double>(row.pixels(block));
    const float *mean = blocks.first(block), *squares = blocks.second(block);
    for (std::size_t c = 0; c < channels; ++c) {
      const double step = mean[c] - moments.mean[c];
      moments.mean[c] += step * here / (before + here);
      moments.variance[c] += squares[c] + step * step * before * here / (before + here);
    }
    before += here;
  }
  for (double& squares : moments.variance) squares /= before;
  return moments;
}

void scale_channels(const Pixels& x, const float* factor, const float* offset, bool relu, float* y,
                    InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  const Row row(x, code);
  const AlignedFloats factors = row.pattern(factor), offsets = row.pattern(offset);
  workers.run(row.blocks(), [&](std::int64_t block) {
    code.scale_periods(x.data + row.first(block), row.size(block), row.period(), factors.data(),
                       offsets.data(), relu, y + row.first(block));
  });
}

GradientSums gradient_sums(const ResultGradient& gradient, const Pixels& x, const float* mean,
                           InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  const Row row(x, code);
  BlockSums blocks(row, x.channels);
  const AlignedFloats means = row.pattern(mean);
  workers.run(row.blocks(), [&](std::int64_t block) {
    AlignedFloats sums;
    sums.resize(2 * static_cast<std::size_t>(row.period()));
    std::ranges::fill(sums, 0.0F);
    const std::int64_t first = row.first(block);
    float* const centred = sums.data() + row.period();
    code.sum_gradients(
        gradient.data + first, gradient.rectified == nullptr ? nullptr : gradient.rectified + first,
        x.data + first, row.size(block), row.period(), means.data(), sums.data(), centred);
    row.fold(sums.data(), blocks.first(block));
    row.fold(centred, blocks.second(block));
  });
  const auto channels = static_cast<std::size_t>(x.channels);
  GradientSums all{std::vector<double>(channels), std::vector<double>(channels)};
  for (std::int64_t block = 0; block < row.blocks(); ++block) {
    for (std::size_t c = 0; c < channels; ++c) {
      all.plain[c] += blocks.first(block)[c];
      all.centred[c] += blocks.second(block)[c];
    }
  }
  return all;
}

void input_gradient(const ResultGradient& gradient, const Pixels& x, const InputGradient& terms,
                    float* dx, InstructionSet set, const Workers& workers) {
  const VectorCode& code = vector_code(set);
  const Row row(x, code);
  const AlignedFloats mean = row.pattern(terms.mean), factor = row.pattern(terms.factor),
                      slope = row.pattern(terms.slope), offset = row.pattern(terms.offset);
  workers.run(row.blocks(), [&](std::int64_t block) {
    const std::int64_t first = row.first(block);
    code.input_gradient(gradient.data + first,
                        gradient.rectified == nullptr ? nullptr : gradient.rectified + first,
                        x.data + first, row.size(block), row.period(),
                        {.mean = mean.data(),
                         .factor = factor.data(),
                         .slope = slope.data(),
                         .offset = offset.data()},
                        dx + first);
  });
}

}  // namespace jcs::kernels
