#pragma once

#include <cstdint>
#include <vector>

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

// Batch normalisation while a network learns: of maps in one piece, [pixels][channels], all
// pictures' pixels one behind the other. All sums are taken in blocks of one size whoever takes
// them, so that the number of threads changes nothing.
namespace jcs::kernels {

/// Maps in one piece.
struct Pixels {
  const float* data = nullptr;
  std::int64_t count = 0;  ///< at least one
  int channels = 0;
};

/// Of every channel over all pixels.
struct Moments {
  std::vector<double> mean, variance;  ///< the variance divided by the number of pixels
};
Moments channel_moments(const Pixels& x, InstructionSet set, const Workers& workers);

/// y = factor · x + offset, by channel, and with `relu` 0 where that is negative.
void scale_channels(const Pixels& x, const float* factor, const float* offset, bool relu, float* y,
                    InstructionSet set, const Workers& workers);

/// What comes back to a normalisation: the gradient of its result. Where a ReLU lay behind it, only
/// pixels of which something is left count.
struct ResultGradient {
  const float* data = nullptr;       ///< [pixels][channels]
  const float* rectified = nullptr;  ///< the result behind the ReLU; null: there was none
};

/// Of every channel over all pixels: Σ g and Σ g (x − mean).
struct GradientSums {
  std::vector<double> plain, centred;
};
GradientSums gradient_sums(const ResultGradient& gradient, const Pixels& x, const float* mean,
                           InstructionSet set, const Workers& workers);

/// The gradient of x by channel: dx = factor · g + slope · (x − mean) + offset.
struct InputGradient {
  const float *mean, *factor, *slope, *offset;
};
void input_gradient(const ResultGradient& gradient, const Pixels& x, const InputGradient& terms,
                    float* dx, InstructionSet set, const Workers& workers);

}  // namespace jcs::kernels
