#pragma once

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels {

/// The largest of every 2×2 pixels, stride 2; what is left over of an odd size is left out. Not a
/// number is the largest.
/// @param extent of the input. @param out [pictures][height / 2][width / 2][channels]
void max_pool(const Channels& input, const Extent& extent, float* out, InstructionSet set,
              const Workers& workers);

/// The mean over all pixels of every channel. The same for any number of threads.
/// @param out [pictures][channels]
void channel_means(const Channels& input, const Extent& extent, float* out, InstructionSet set,
                   const Workers& workers);

}  // namespace jcs::kernels
