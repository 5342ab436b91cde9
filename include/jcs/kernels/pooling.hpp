#pragma once

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::kernels {

/// The largest of every 2×2 pixels, stride 2; what is left over of an odd size is left out. Not a
/// number is the largest.
/// @param extent of the input. @param out [pictures][height / 2][width / 2][channels]
void max_pool(const Channels& input, const Extent& extent, float* out, InstructionSet set,
              const Workers& workers);

/// How windows lie on a map.
struct Windows {
  std::int64_t kernel = 2, stride = 2, padding = 0;  ///< along either edge
  std::int64_t height = 0, width = 0;                ///< of the result: so many windows
  bool padding_counts = false;  ///< for a mean, as pixels of 0; what lies behind it never does
};

/// The largest pixel of each window, or the mean of them, of those that lie in the map: each window
/// has one at least. Not a number is the largest.
/// @param extent of the input. @param out [pictures][windows.height][windows.width][channels]
void max_pool(const Channels& input, const Extent& extent, const Windows& windows, float* out,
              InstructionSet set, const Workers& workers);
void mean_pool(const Channels& input, const Extent& extent, const Windows& windows, float* out,
               InstructionSet set, const Workers& workers);

/// The mean over all pixels of every channel. The same for any number of threads.
/// @param out [pictures][channels]
void channel_means(const Channels& input, const Extent& extent, float* out, InstructionSet set,
                   const Workers& workers);

}  // namespace jcs::kernels
