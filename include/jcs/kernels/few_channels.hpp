#pragma once

#include <span>
#include <vector>

#include "jcs/kernels/aligned_floats.hpp"
#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels {

/// A k×k convolution of any stride as the direct sum, for maps of few channels, where transforms
/// would cost more than they save. The channels of k neighbours lie side by side in memory, so that
/// an output pixel is the sum of k products, one for each row of the kernel, of k · in channels.
///
/// What a pixel gets does not depend on the other pixels, on their number or on threads.
class FewChannels {
 public:
  struct Shape {
    int in = 1, out = 1;
    int kernel = 3;               ///< along either edge, at most 16
    int stride = 1, padding = 1;  ///< the latter of zeros
  };

  /// @param weights [out][in][kernel][kernel]. @param bias [out], or empty
  FewChannels(std::span<const float> weights, std::span<const float> bias, const Shape& shape,
              InstructionSet set);

  /// @param parts whose channels, one part's behind the other's, are the input: in all `in`
  /// @param extent of the input. @param output maps of out_extent()
  void run(std::span<const Channels> parts, const Extent& extent, const Output& output,
           const Workers& workers) const;

  [[nodiscard]] int out() const { return shape_.out; }
  /// How many pixels the result has for maps of this extent.
  [[nodiscard]] Extent out_extent(const Extent& extent) const;

 private:
  Shape shape_;
  InstructionSet set_;
  AlignedFloats panels_;     ///< [⌈out / panel⌉][kernel][kernel][in][panel]
  std::vector<float> bias_;  ///< filled up to whole panels
};

}  // namespace jcs::kernels
