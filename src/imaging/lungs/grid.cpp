#include "grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "jcs/core/parallel.hpp"
#include "jcs/imaging/slice_steps.hpp"

namespace jcs::imaging::lungs {

namespace {

constexpr double kPixelMm = 1.4;        // no finer than needed
constexpr double kSkinGapMm = 3.0;      // noise may pierce a thin chest wall
constexpr double kBodyOpeningMm = 5.0;  // parts table covers and clothes from the skin

using Outlines = std::vector<std::vector<cv::Point>>;

Outlines outlines(const cv::Mat& mask) {
  Outlines found;
  cv::findContours(mask, found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  return found;
}

// On average over the slices. Where the files do not say it, something usual: it decides what is
// too small for a lung alone.
double step_mm(const CtVolume& volume) {
  constexpr double kUsualMm = 2.0;
  if (volume.slice_spacing_mm > 0) {
    const std::vector<double> weights = slice_weights(volume);
    return volume.slice_spacing_mm * std::accumulate(weights.begin(), weights.end(), 0.0) /
           static_cast<double>(weights.size());
  }
  return volume.series.slice_thickness_mm > 0 ? volume.series.slice_thickness_mm : kUsualMm;
}

}  // namespace

cv::Mat Grid::disc(double radius_mm) const {
  const auto reach = [&](double pixel_mm) {
    return std::max(0, static_cast<int>(std::lround(radius_mm / pixel_mm)));
  };
  return cv::getStructuringElement(cv::MORPH_ELLIPSE,
                                   {2 * reach(column_mm) + 1, 2 * reach(row_mm) + 1});
}

Grid coarse_grid(const CtVolume& volume, const std::stop_token& stop) {
  const auto coarser = [](int pixels, double spacing_mm) {
    const double factor = std::max(1.0, kPixelMm / spacing_mm);
    return std::max(1, static_cast<int>(std::lround(pixels / factor)));
  };
  const cv::Size size(coarser(volume.columns, volume.column_spacing_mm),
                      coarser(volume.rows, volume.row_spacing_mm));
  Grid grid;
  grid.column_mm = volume.column_spacing_mm * volume.columns / size.width;
  grid.row_mm = volume.row_spacing_mm * volume.rows / size.height;
  grid.slice_mm = step_mm(volume);
  grid.left_per_column = grid.column_mm * volume.row_direction[0];
  grid.left_per_row = grid.row_mm * volume.column_direction[0];
  grid.hu.resize(volume.slice_count());
  parallel_for(volume.slice_count(), 0, stop, [&](std::size_t k) {
    const cv::Mat fine(volume.rows, volume.columns, CV_16SC1,
                       const_cast<std::int16_t*>(volume.slice(k).data()));
    cv::resize(fine, grid.hu[k], size, 0, 0, cv::INTER_AREA);
  });
  return grid;
}

Masks find_body(const Grid& grid, const std::stop_token& stop) {
  Masks body(grid.hu.size());
  const cv::Mat closing = grid.disc(kSkinGapMm);
  const cv::Mat opening = grid.disc(kBodyOpeningMm);
  parallel_for(grid.hu.size(), 0, stop, [&](std::size_t k) {
    cv::Mat tissue = grid.hu[k] > kTissueHu;
    cv::morphologyEx(tissue, tissue, cv::MORPH_CLOSE, closing);
    // Filled before it is opened: a thin chest wall would break, a filled body does not.
    cv::Mat filled = cv::Mat::zeros(tissue.size(), CV_8UC1);
    cv::drawContours(filled, outlines(tissue), -1, 255, cv::FILLED);
    cv::morphologyEx(filled, filled, cv::MORPH_OPEN, opening);
    const Outlines pieces = outlines(filled);
    const auto largest = std::max_element(
        pieces.begin(), pieces.end(),
        [](const auto& a, const auto& b) { return cv::contourArea(a) < cv::contourArea(b); });
    body[k] = cv::Mat::zeros(tissue.size(), CV_8UC1);
    if (largest == pieces.end()) return;
    cv::drawContours(body[k], pieces, static_cast<int>(largest - pieces.begin()), 255, cv::FILLED);
  });
  return body;
}

}  // namespace jcs::imaging::lungs
