#include "jcs/imaging/lungs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <opencv2/imgproc.hpp>

#include "jcs/core/parallel.hpp"
#include "jcs/core/text.hpp"

#include "lungs/airways.hpp"
#include "lungs/components.hpp"
#include "lungs/grid.hpp"
#include "lungs/sides.hpp"

namespace jcs::imaging {

namespace {

using namespace lungs;

constexpr double kSmallestMl = 100.0;   // of both lungs; less is no chest
constexpr double kSmallestCm2 = 20.0;   // the same for series of a few slices, on average
constexpr double kPieceShare = 0.05;    // of the largest piece of lung
constexpr double kPieceMl = 20.0;       // smaller pieces are bowel and what surrounds the patient
constexpr double kPieceCm2 = 4.0;       // the same for series of a few slices, on average
constexpr double kMostGas = 0.5;        // of a piece's voxels: more is bowel, stomach or outer air
constexpr double kGasCoreMm = 4.0;      // radius of what is certainly gas, and of its blurred edge
constexpr double kLungSliceCm2 = 15.0;  // of lung tissue in a slice that lungs reach down to
constexpr double kClosingMm = 12.0;     // vessels and opacities at the wall up to twice this wide
constexpr double kHoleCm2 =
    4.0;  // inside a lung: vessels and opacities, not the domes of liver and spleen

std::string why_not(const CtVolume& volume) {
  if (volume.windowed)
    return "Lungs are not looked for in pictures: they hold no Hounsfield units.";
  if (volume.slices.empty() || !(volume.pixel_area_mm2() > 0)) {
    return "Lungs are not looked for: the distance of the pixels is not known.";
  }
  if (!volume.axial()) {
    return "Lungs are not looked for: the slices are not axial.";
  }
  return {};
}

double height_cm(const Grid& grid) {
  return static_cast<double>(grid.hu.size()) * grid.slice_mm / 10.0;
}

// The pieces that are large enough for a lung and not mostly gas.
Masks lung_pieces(const Grid& grid, const Masks& masks, const std::stop_token& stop) {
  const Components parts = components(grid, masks, stop);
  const auto lung_like = [](const Component& part) {
    return static_cast<double>(part.gas) < kMostGas * static_cast<double>(part.voxels);
  };
  std::size_t largest = 0;
  for (const Component& part : parts.all) {
    if (lung_like(part)) largest = std::max(largest, part.voxels);
  }
  const double piece_ml = std::min(kPieceMl, kPieceCm2 * height_cm(grid));
  std::vector<bool> keep;
  for (const Component& part : parts.all) {
    const auto voxels = static_cast<double>(part.voxels);
    keep.push_back(lung_like(part) && voxels >= kPieceShare * static_cast<double>(largest) &&
                   (part.voxels == largest || voxels * grid.voxel_ml() >= piece_ml));
  }
  return kept(grid, parts, keep);
}

// Air-filled tissue inside the body that is neither airway nor gas, in pieces that may be lungs.
Masks lung_tissue(const Grid& grid, const Masks& air, const Masks& airways,
                  const std::stop_token& stop) {
  Masks tissue(air.size());
  parallel_for(air.size(), 0, stop, [&](std::size_t k) { tissue[k] = air[k] & ~airways[k]; });
  return lung_pieces(grid, tissue, stop);
}

// Stomach and bowel that touch a lung through a thin diaphragm: gas that reaches further down than
// the lungs do. Bullae and emphysema lie among lung tissue.
Masks gas_below(const Grid& grid, const Masks& tissue, const std::stop_token& stop) {
  Masks gas(tissue.size());
  const cv::Mat core = grid.disc(kGasCoreMm);
  std::vector<double> rest_cm2(tissue.size());
  parallel_for(tissue.size(), 0, stop, [&](std::size_t k) {
    cv::Mat smooth;
    cv::blur(grid.hu[k], smooth, {3, 3});
    gas[k] = (smooth < kGasHu) & tissue[k];
    cv::morphologyEx(gas[k], gas[k], cv::MORPH_OPEN, core);
    cv::Mat with_edge;
    cv::dilate(gas[k], with_edge, core);
    rest_cm2[k] = cv::countNonZero(tissue[k] & ~with_edge) * grid.pixel_cm2();
  });
  std::size_t lowest = 0;
  while (lowest < tissue.size() && rest_cm2[lowest] < kLungSliceCm2) ++lowest;
  const Components parts = components(grid, gas, stop);
  std::vector<bool> below;
  for (const Component& part : parts.all) {
    below.push_back(part.first_slice < lowest &&
                    static_cast<double>(part.voxels) * grid.voxel_ml() >= kPieceMl);
  }
  Masks found = kept(grid, parts, below);
  parallel_for(found.size(), 0, stop, [&](std::size_t k) { cv::dilate(found[k], found[k], core); });
  return found;
}

// Closes a lung over vessels and opacities: gaps in its outline, then holes.
void close(const Grid& grid, const cv::Mat& allowed, cv::Mat& lung) {
  if (cv::countNonZero(lung) == 0) return;
  const cv::Mat disc = grid.disc(kClosingMm);
  cv::Mat padded;
  cv::copyMakeBorder(lung, padded, disc.rows, disc.rows, disc.cols, disc.cols, cv::BORDER_CONSTANT,
                     0);
  cv::morphologyEx(padded, padded, cv::MORPH_CLOSE, disc);
  cv::Mat closed = padded(cv::Rect(disc.cols, disc.rows, lung.cols, lung.rows)).clone();
  std::vector<std::vector<cv::Point>> outlines;
  std::vector<cv::Vec4i> family;
  cv::findContours(closed, outlines, family, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    const bool hole = family[i][3] >= 0;
    if (hole && cv::contourArea(outlines[i]) * grid.pixel_cm2() <= kHoleCm2) {
      cv::drawContours(closed, outlines, static_cast<int>(i), 255, cv::FILLED);
    }
  }
  lung |= closed & allowed;
}

void close_both(const Grid& grid, const Masks& body, const Masks& other, Sides& sides,
                const std::stop_token& stop) {
  parallel_for(body.size(), 0, stop, [&](std::size_t k) {
    const cv::Mat allowed = body[k] & ~other[k];
    close(grid, allowed & ~sides.left[k], sides.right[k]);
    close(grid, allowed & ~sides.right[k], sides.left[k]);
  });
}

// On the grid of the volume. Where a pixel may belong to either, the volume's own HU decide.
void write_side(const CtVolume& volume, std::size_t k, const cv::Mat& coarse, std::uint8_t value,
                std::vector<std::uint8_t>& mask) {
  if (cv::countNonZero(coarse) == 0) return;
  cv::Mat fine;
  cv::resize(coarse, fine, {volume.columns, volume.rows}, 0, 0, cv::INTER_LINEAR);
  const auto hu = volume.slice(k);
  std::uint8_t* out = mask.data() + k * volume.pixels();
  const auto* weight = fine.ptr<std::uint8_t>();
  for (std::size_t pixel = 0; pixel < volume.pixels(); ++pixel) {
    const bool edge = weight[pixel] > 0 && weight[pixel] < 255;
    if (weight[pixel] == 255 || (edge && (hu[pixel] < kTissueHu || weight[pixel] > 191))) {
      out[pixel] = value;
    }
  }
}

double volume_ml(const Grid& grid, const Sides& sides) {
  double voxels = 0;
  for (std::size_t k = 0; k < sides.right.size(); ++k) {
    voxels += cv::countNonZero(sides.right[k] | sides.left[k]);
  }
  return voxels * grid.voxel_ml();
}

}  // namespace

Lungs find_lungs(const CtVolume& volume, const std::stop_token& stop) {
  Lungs found;
  found.missing = why_not(volume);
  if (!found.missing.empty()) return found;

  const Grid grid = coarse_grid(volume, stop);
  const Masks body = find_body(grid, stop);
  Masks air(body.size());
  parallel_for(body.size(), 0, stop,
               [&](std::size_t k) { air[k] = (grid.hu[k] < kTissueHu) & body[k]; });
  const Masks airways = find_airways(grid, body, air);
  throw_if_stopped(stop);
  Masks tissue = lung_tissue(grid, air, airways, stop);
  Masks other = gas_below(grid, tissue, stop);
  for (std::size_t k = 0; k < tissue.size(); ++k) {
    tissue[k] &= ~other[k];
    other[k] |= airways[k];
  }
  // The rim of what was gas is left over: alone, it is too small for a lung.
  tissue = lung_pieces(grid, tissue, stop);
  Sides sides = divide(grid, body, tissue, stop);
  throw_if_stopped(stop);

  const double ml = volume_ml(grid, sides);
  if (ml < std::min(kSmallestMl, kSmallestCm2 * height_cm(grid))) {
    found.missing = "No lungs were found: there are only " + to_text(std::round(ml)) +
                    " ml of air-filled tissue in the body.";
    return found;
  }
  close_both(grid, body, other, sides, stop);
  found.mask.assign(volume.hu.size(), 0);
  parallel_for(volume.slice_count(), 0, stop, [&](std::size_t k) {
    write_side(volume, k, sides.right[k], 1, found.mask);
    write_side(volume, k, sides.left[k], 2, found.mask);
  });
  return found;
}

}  // namespace jcs::imaging
