#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <opencv2/core.hpp>

#include "jcs/imaging/phantom.hpp"

namespace jcs::imaging {

/// `slice_0001` for slice 0.
std::string slice_name(std::size_t slice);

/// Writes a grey picture as PNG into a folder that is still being filled. @throws OutputError
void write_png(const std::filesystem::path& file, const cv::Mat& grey8);

/// For AtomicFolder: whether a folder that is not empty may be replaced. @throws OutputError naming
/// the option that allows it, when it holds an earlier result and `overwrite` is not set.
bool replaceable(const std::filesystem::path& folder, bool earlier_result, bool overwrite);

/// Writes a slice's opacity mask as PNG, 0 and 255. @throws OutputError
void write_mask(const std::filesystem::path& file, const Phantom& phantom, std::size_t slice);

}  // namespace jcs::imaging
