#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/imaging/decoder_processes.hpp"

#include "codec.hpp"

namespace jcs::imaging {

/// decode_codestream() in a decoder process. `failure` says why there are no pixels.
std::vector<std::uint16_t> decode_elsewhere(DecoderProcesses& processes,
                                            const CompressedFrame& frame, std::string& failure);

/// decode_picture_file() in a decoder process.
std::string decode_picture_elsewhere(DecoderProcesses& processes,
                                     std::span<const std::uint8_t> bytes, cv::Mat& picture);

}  // namespace jcs::imaging
