#pragma once

#include <span>
#include <vector>

#include "jcs/kernels/aligned_floats.hpp"
#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels {

/// A 3×3 convolution of stride 1 that keeps the map's size (padding = dilation) by Winograd's
/// minimal filtering F(4×4, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural
/// networks", CVPR 2016): 36 multiplications for sixteen outputs instead of 144. Kept ready: the
/// weights are transformed once.
///
/// What a pixel gets does not depend on other pictures or on threads. Against the direct sum it
/// differs by rounding, about 1e-6 to 1e-5 of the largest value; with AMX about 1e-5 to 1e-4.
class Winograd {
 public:
  /// @param weights [out][in][3][3]. @param bias [out], or empty. @param workers transform them
  Winograd(std::span<const float> weights, std::span<const float> bias, int in, int out,
           int dilation, InstructionSet set, const Workers& workers = one_thread());

  /// @param parts whose channels, one part's behind the other's, are the input: in all `in`
  void run(std::span<const Channels> parts, const Extent& extent, const Output& output,
           const Workers& workers) const;

  [[nodiscard]] int out() const { return out_; }

 private:
  int in_, out_, dilation_;
  InstructionSet set_;
  AlignedFloats panels_;     ///< [36][⌈out / panel⌉][in][panel]
  std::vector<float> bias_;  ///< filled up to whole panels
};

}  // namespace jcs::kernels
