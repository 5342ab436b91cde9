#pragma once

#include <cstdint>

#include "jcs/core/fields.hpp"

namespace jcs::imaging {

/// What a file may ask for at most. All lie far above what scanners make; they keep a damaged or
/// hostile file from taking the machine's memory or hours of its time.
struct Limits {
  std::int64_t slice_megapixels = 64;      ///< pixels of one slice or picture, in 2^20
  std::int64_t frames = 20'000;            ///< in one file
  std::int64_t volume_mib = 8192;          ///< a series' pixels in memory, in MiB
  std::int64_t decoder_memory_mib = 1024;  ///< that a decoder may take for one picture, in MiB
  std::int64_t decoder_seconds = 20;  ///< of a processor, that a decoder may take for one picture

  [[nodiscard]] std::int64_t slice_pixels() const { return slice_megapixels << 20; }

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("limit_slice_megapixels", slice_megapixels, "pixels that one slice may have, in 2^20",
            between(1, 1024));
    v.field("limit_frames", frames, "frames that one file may have", between(1, 1'000'000));
    v.field("limit_volume_mib", volume_mib, "memory that a series' pixels may take, in MiB",
            between(1, 1 << 20));
    v.field("limit_decoder_memory_mib", decoder_memory_mib,
            "memory that decoding one picture may take, in MiB", between(16, 1 << 20));
    v.field("limit_decoder_seconds", decoder_seconds,
            "seconds of a processor that decoding one picture may take", between(1, 86'400));
  }
};

/// The limits of this process.
const Limits& limits();
/// Sets them. Not while something is being read.
void set_limits(const Limits& limits);

}  // namespace jcs::imaging
