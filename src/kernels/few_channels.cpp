#include "jcs/kernels/few_channels.hpp"

#include <algorithm>
#include <array>

#include "panels.hpp"

namespace jcs::kernels {

namespace {

// Floats of the input rows that one task copies: they stay in a core's cache while it multiplies.
constexpr std::int64_t kRoom = std::int64_t{1} << 15;
// Tasks for each thread, where there are rows enough.
constexpr std::int64_t kTasks = 4;

/// Some rows of a picture with zeros around it, all parts' channels side by side.
class PaddedRows {
 public:
  PaddedRows(std::span<const Channels> parts, const Extent& extent, int in, int padding)
      : parts_(parts),
        extent_(extent),
        in_(in),
        padding_(padding),
        stride_((extent.width + 2 * padding) * in) {}

  [[nodiscard]] std::int64_t stride() const { return stride_; }

  /// @param first of the picture's rows, before the first of which and behind the last of which
  /// there are zeros
  void copy(std::int64_t picture, std::int64_t first, std::int64_t rows, float* to) const {
    for (std::int64_t row = first; row < first + rows; ++row, to += stride_) {
      if (row < 0 || row >= extent_.height) {
        std::fill_n(to, stride_, 0.0F);
        continue;
      }
      std::fill_n(to, padding_ * in_, 0.0F);
      std::fill_n(to + stride_ - padding_ * in_, padding_ * in_, 0.0F);
      float* channels = to + padding_ * in_;
      const std::int64_t pixel = (picture * extent_.height + row) * extent_.width;
      for (const Channels& part : parts_) {
        copy_row(part, picture, pixel, channels);
        channels += part.count;
      }
    }
  }

 private:
  void copy_row(const Channels& part, std::int64_t picture, std::int64_t pixel, float* to) const {
    const float* from = part.data + pixel * part.pixel_stride;
    if (part.scale != nullptr) {
      const float* scale = part.scale + picture * part.scale_stride;
      for (std::int64_t x = 0; x < extent_.width; ++x, from += part.pixel_stride, to += in_) {
        for (int c = 0; c < part.count; ++c) to[c] = from[c] * scale[c];
      }
    } else if (part.count == in_ && part.pixel_stride == in_) {
      std::copy_n(from, extent_.width * in_, to);
    } else {
      for (std::int64_t x = 0; x < extent_.width; ++x, from += part.pixel_stride, to += in_) {
        for (int c = 0; c < part.count; ++c) to[c] = from[c];
      }
    }
  }

  std::span<const Channels> parts_;
  Extent extent_;
  std::int64_t in_, padding_, stride_;
};

/// Products that split their factors need many channels to be worth it. Half a vector of AVX-512
/// would stay empty with eight channels, of which a processor does two narrower ones at once.
InstructionSet instructions_for(InstructionSet set, int out) {
  constexpr int kNarrow = 8;
  return std::min(set, out <= kNarrow ? InstructionSet::kAvx2 : InstructionSet::kAvx512);
}

}  // namespace

FewChannels::FewChannels(std::span<const float> weights, std::span<const float> bias,
                         const Shape& shape, InstructionSet set)
    : shape_(shape),
      set_(instructions_for(set, shape.out)),
      bias_(panel_bias(bias, shape.out, vector_code(set_))) {
  const std::int64_t panel = vector_code(set_).panel, in = shape.in;
  const std::int64_t taps = std::int64_t{shape.kernel} * shape.kernel;
  panels_.resize(static_cast<std::size_t>(filled_up(shape.out, panel) * taps * in));
  for (std::int64_t column = 0; column < shape.out; ++column) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      for (std::int64_t from = 0; from < in; ++from) {
        const std::int64_t row = (column / panel * taps + tap) * in + from;
        panels_[static_cast<std::size_t>(row * panel + column % panel)] =
            weights[static_cast<std::size_t>((column * in + from) * taps + tap)];
      }
    }
  }
}

Extent FewChannels::out_extent(const Extent& extent) const {
  const auto along = [&](std::int64_t pixels) {
    return (pixels + 2 * shape_.padding - shape_.kernel) / shape_.stride + 1;
  };
  return {extent.pictures, along(extent.height), along(extent.width)};
}

void FewChannels::run(std::span<const Channels> parts, const Extent& extent, const Output& output,
                      const Workers& workers) const {
  const VectorCode& code = vector_code(set_);
  const Extent out = out_extent(extent);
  const PaddedRows padded(parts, extent, shape_.in, shape_.padding);
  const std::int64_t kernel = shape_.kernel, stride = shape_.stride;
  const std::int64_t fitting = (kRoom / padded.stride() - kernel) / stride + 1;
  const std::int64_t shared = out.pictures * out.height / (kTasks * workers.threads);
  const std::int64_t most = std::clamp<std::int64_t>(std::min(fitting, shared), 1, out.height);
  const std::int64_t bands = (out.height + most - 1) / most;

  workers.run(out.pictures * bands, [&](std::int64_t task) {
    const std::int64_t picture = task / bands, first = task % bands * most;
    const std::int64_t rows = std::min(most, out.height - first);
    const std::int64_t needed = (rows - 1) * stride + kernel;
    float* const room = workspace(0, needed * padded.stride());
    padded.copy(picture, first * stride - shape_.padding, needed, room);

    for (std::int64_t row = 0; row < rows; ++row) {
      constexpr int kMostRows = 16;
      std::array<Segment, kMostRows> segments;
      for (std::int64_t i = 0; i < kernel; ++i) {
        segments[static_cast<std::size_t>(i)] = {room + (row * stride + i) * padded.stride(),
                                                 stride * shape_.in, shape_.kernel * shape_.in};
      }
      const std::int64_t pixel = (picture * out.height + first + row) * out.width;
      multiply(code, out.width, shape_.out,
               {.segments = {segments.data(), static_cast<std::size_t>(kernel)},
                .depth = shape_.kernel * shape_.kernel * shape_.in,
                .panels = panels_.data(),
                .out = output.data + pixel * output.pixel_stride,
                .out_stride = output.pixel_stride,
                .finish = {.bias = bias_.data(),
                           .addend = output.addend == nullptr
                                         ? nullptr
                                         : output.addend + pixel * output.addend_stride,
                           .addend_stride = output.addend_stride,
                           .relu = output.relu}});
    }
  });
}

}  // namespace jcs::kernels
