#include "slice_files.hpp"

#include <cstdio>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/imaging/overlay.hpp"

namespace jcs::imaging {

std::string slice_name(std::size_t slice) {
  char name[32];
  std::snprintf(name, sizeof name, "slice_%04zu", slice + 1);
  return name;
}

void write_png(const std::filesystem::path& file, const cv::Mat& grey8) {
  // The folder as a whole is flushed once it is complete.
  const std::vector<std::byte> png = encode_png(grey8);
  OutputFile out(file);
  out.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  out.close();
}

bool replaceable(const std::filesystem::path& folder, bool earlier_result, bool overwrite) {
  if (earlier_result && !overwrite) {
    throw OutputError({"holds an earlier phantom", folder.string(), "--overwrite to replace it"});
  }
  return earlier_result;
}

void write_mask(const std::filesystem::path& file, const Phantom& phantom, std::size_t slice) {
  const auto mask = phantom.mask_slice(slice);
  cv::Mat picture(phantom.volume.rows, phantom.volume.columns, CV_8UC1);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    picture.data[i] = static_cast<std::uint8_t>(mask[i] != 0 ? 255 : 0);
  }
  write_png(file, picture);
}

}  // namespace jcs::imaging
