#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "pixel_layout.hpp"

// What a reader and a decoder process say to each other. Bytes and pixels lie in memory that both
// see: the compressed bytes at its beginning, the pixels behind them at `pixels_at`.
namespace jcs::imaging {

struct DecoderRequest {
  std::uint64_t memory_bytes = 0;  ///< of the shared memory by now
  std::uint64_t stream_bytes = 0;
  std::uint64_t pixels_at = 0;
  std::uint32_t seconds = 0;  ///< of a processor, after which the process ends
  std::int32_t syntax = 0;    ///< E_TransferSyntax; not looked at for a picture file
  PixelLayout layout;         ///< of the frame
  bool is_picture_file = false;
};

struct DecoderReply {
  bool decoded = false;
  std::int32_t rows = 0, columns = 0, type = 0;  ///< of a picture file, as OpenCV's
  std::int32_t no_process = 0;      ///< the system's reason why there is nobody to decode, or 0
  std::array<char, 240> failure{};  ///< why not; ends with 0
};

static_assert(std::is_trivially_copyable_v<DecoderRequest> &&
              std::is_trivially_copyable_v<DecoderReply>);

/// Pixels begin at a multiple of this.
constexpr std::uint64_t kPixelAlignment = 64;

constexpr std::uint64_t pixels_behind(std::uint64_t stream_bytes) {
  return (stream_bytes + kPixelAlignment - 1) / kPixelAlignment * kPixelAlignment;
}

}  // namespace jcs::imaging
