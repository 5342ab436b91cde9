#include "components.hpp"

#include <algorithm>

namespace jcs::imaging::lungs {

Components components(const Grid& grid, const Masks& masks, const std::stop_token& stop) {
  Components parts;
  parts.pieces = find_pieces(masks, BetweenSlices::kFaces, stop);
  parts.all.resize(parts.pieces.count);
  for (const Run& run : parts.pieces.runs) {
    Component& part = parts.all[run.piece];
    if (part.voxels == 0) part.first_slice = run.slice;
    part.voxels += static_cast<std::size_t>(run.length());
    const auto* hu = grid.hu[run.slice].ptr<std::int16_t>(run.row);
    part.gas += static_cast<std::size_t>(
        std::count_if(hu + run.begin, hu + run.end, [](int value) { return value < kGasHu; }));
  }
  return parts;
}

Masks kept(const Grid& grid, const Components& parts, const std::vector<bool>& keep) {
  Masks masks(grid.hu.size());
  for (cv::Mat& mask : masks) mask = cv::Mat::zeros(grid.rows(), grid.columns(), CV_8UC1);
  for (const Run& run : parts.pieces.runs) {
    if (!keep[run.piece]) continue;
    auto* row = masks[run.slice].ptr<std::uint8_t>(run.row);
    std::fill(row + run.begin, row + run.end, std::uint8_t{255});
  }
  return masks;
}

}  // namespace jcs::imaging::lungs
