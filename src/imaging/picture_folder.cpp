#include "picture_folder.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"

#include "raster.hpp"
#include "volume_limit.hpp"

namespace jcs::imaging {
namespace {

std::string size_text(const cv::Mat& picture) {
  return std::to_string(picture.rows) + " x " + std::to_string(picture.cols);
}

}  // namespace

CtVolume read_pictures(const std::vector<std::filesystem::path>& pictures, int threads,
                       Progress& progress, const std::stop_token& stop) {
  const cv::Mat first = read_grey(pictures.front());
  CtVolume volume;
  volume.windowed = true;
  volume.rows = first.rows;
  volume.columns = first.cols;
  require_possible_volume(volume, pictures.size(), pictures.front());
  volume.slices.resize(pictures.size());
  volume.hu.resize(volume.pixels() * pictures.size());

  std::atomic<std::size_t> done{0};
  parallel_for(pictures.size(), threads, stop, [&](std::size_t i) {
    const cv::Mat picture = read_grey(pictures[i]);
    if (picture.size() != first.size()) {
      throw InputError({.what = "the pictures of the folder differ in size",
                        .where = pictures[i].string(),
                        .expected = size_text(first) + " as in " + pictures.front().string(),
                        .got = size_text(picture)});
    }
    std::copy(picture.begin<std::uint8_t>(), picture.end<std::uint8_t>(),
              volume.hu.begin() + static_cast<std::ptrdiff_t>(i * volume.pixels()));
    volume.slices[i].file = pictures[i];
    volume.slices[i].location_mm = std::numeric_limits<double>::quiet_NaN();
    progress.update("reading slices", ++done, pictures.size());
  });
  volume.warnings.emplace_back(
      "Pictures instead of DICOM: ordered by file name, window and spacing are not known, so areas "
      "and volumes cannot be given.");
  return volume;
}

}  // namespace jcs::imaging
