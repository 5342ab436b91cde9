#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <opencv2/core.hpp>

#include "pixel_layout.hpp"

// The work of foreign decoders, from bytes in memory to pixels in memory, told apart from the files
// that the bytes come from: it can run here or in a process of its own (decoder_processes.hpp).
namespace jcs::imaging {

/// One compressed frame outside its file.
struct CompressedFrame {
  E_TransferSyntax syntax = EXS_Unknown;
  PixelLayout layout;
  std::string_view bytes;  ///< its codestream
};

bool is_jpeg2000(E_TransferSyntax syntax);

/// Decodes a frame into `pixels`, one word per pixel as the codestream has them: JPEG 2000 by GDCM,
/// all else by DCMTK. @returns why it cannot be done; empty: it was.
std::string decode_codestream(const CompressedFrame& frame, std::span<std::uint16_t> pixels);

/// Decodes a PNG, JPEG, BMP or TIFF file of any depth by OpenCV. @returns why it cannot be done;
/// empty: it was.
std::string decode_picture_file(std::span<const std::uint8_t> bytes, cv::Mat& picture);

}  // namespace jcs::imaging
