#pragma once

#include <span>
#include <vector>

#include "jcs/kernels/aligned_floats.hpp"
#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels {

/// A 1×1 convolution of stride 1: for each pixel the product of its channels with the weights. Kept
/// ready: the weights are laid out once as the kernel reads them.
///
/// What a pixel gets does not depend on the other pixels, on their number or on threads.
class Pointwise {
 public:
  /// @param weights [out][in]. @param bias [out], or empty. @param workers lay them out
  Pointwise(std::span<const float> weights, std::span<const float> bias, int in, int out,
            InstructionSet set, const Workers& workers = one_thread());

  /// @param parts whose channels, one part's behind the other's, are the input: in all `in`
  void run(std::span<const Channels> parts, const Extent& extent, const Output& output,
           const Workers& workers) const;

  [[nodiscard]] int out() const { return out_; }

 private:
  [[nodiscard]] AlignedFloats scaled_panels(std::span<const Channels> parts,
                                            std::int64_t picture) const;

  int in_, out_;
  InstructionSet set_;
  AlignedFloats panels_;     ///< [⌈out / panel⌉][in][panel]
  std::vector<float> bias_;  ///< filled up to whole panels
};

}  // namespace jcs::kernels
