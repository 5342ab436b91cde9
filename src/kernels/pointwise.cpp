#include "jcs/kernels/pointwise.hpp"

#include <algorithm>

#include "panels.hpp"

namespace jcs::kernels {

namespace {

// Pixels of one task: their channels stay in the second-level cache while all panels pass by.
constexpr std::int64_t kPixels = 192;

}  // namespace

Pointwise::Pointwise(std::span<const float> weights, std::span<const float> bias, int in, int out,
                     InstructionSet set, const Workers& workers)
    : in_(in), out_(out), set_(set), bias_(panel_bias(bias, out, vector_code(set))) {
  const VectorCode& code = vector_code(set);
  const int depth = panel_depth(code, in);
  panels_.resize(static_cast<std::size_t>(filled_up(out, code.panel) * depth));
  workers.run((out + code.panel - 1) / code.panel, [&](std::int64_t task) {
    float* const first = panels_.data() + task * code.panel * depth;
    float* to = first;
    for (int from = 0; from < in; ++from) {
      for (std::int64_t column = task * code.panel; column < (task + 1) * code.panel; ++column) {
        *to++ = column < out ? weights[static_cast<std::size_t>(column * in + from)] : 0.0F;
      }
    }
    lay_out(code, first, in);
  });
}

AlignedFloats Pointwise::scaled_panels(std::span<const Channels> parts,
                                       std::int64_t picture) const {
  const int panel = vector_code(set_).panel;
  AlignedFloats scaled = panels_;
  for (float* row = scaled.data(); row < scaled.data() + scaled.size();) {
    for (const Channels& part : parts) {
      for (int c = 0; c < part.count; ++c, row += panel) {
        if (part.scale == nullptr) continue;
        const float factor = part.scale[picture * part.scale_stride + c];
        for (int i = 0; i < panel; ++i) row[i] *= factor;
      }
    }
  }
  return scaled;
}

void Pointwise::run(std::span<const Channels> parts, const Extent& extent, const Output& output,
                    const Workers& workers) const {
  const VectorCode& code = vector_code(set_);
  const bool scales = std::ranges::any_of(parts, [](auto& part) { return part.scale != nullptr; });
  const std::int64_t per_picture = extent.height * extent.width;
  // Where the channels are scaled, each picture has weights of its own; else all are one long row.
  const std::int64_t rounds = scales ? extent.pictures : 1;
  const std::int64_t pixels = scales ? per_picture : per_picture * extent.pictures;
  for (std::int64_t round = 0; round < rounds; ++round) {
    // A product that splits its factors takes the channels' factors on the way.
    const bool own_panels = scales && code.split == nullptr;
    const AlignedFloats own = own_panels ? scaled_panels(parts, round) : AlignedFloats{};
    const std::int64_t begin = round * pixels;
    const std::int64_t most = std::min(kPixels, (pixels + workers.threads - 1) / workers.threads);
    workers.run((pixels + most - 1) / most, [&](std::int64_t task) {
      const std::int64_t first = begin + task * most;
      const std::int64_t rows = std::min(most, begin + pixels - first);
      std::vector<Segment> segments;
      for (const Channels& part : parts) {
        segments.push_back(
            {part.data + first * part.pixel_stride, part.pixel_stride, part.count,
             part.scale == nullptr ? nullptr : part.scale + round * part.scale_stride});
      }
      multiply(code, rows, out_,
               {.segments = segments,
                .depth = in_,
                .panels = own_panels ? own.data() : panels_.data(),
                .out = output.data + first * output.pixel_stride,
                .out_stride = output.pixel_stride,
                .finish = {.bias = bias_.data(),
                           .addend = output.addend == nullptr
                                         ? nullptr
                                         : output.addend + first * output.addend_stride,
                           .addend_stride = output.addend_stride,
                           .relu = output.relu}});
    });
  }
}

}  // namespace jcs::kernels
