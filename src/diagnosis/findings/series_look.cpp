#include "series_look.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "jcs/imaging/slice_steps.hpp"
#include "jcs/imaging/turn.hpp"

#include "lung_outline.hpp"
#include "mask_slice.hpp"

namespace jcs::diagnosis {

namespace {

using imaging::CtVolume;
using Mask = std::span<const std::uint8_t>;

constexpr int kPadding = -1024;  // as the reader fills what lies outside the scan
constexpr int kAirHu = -700;
constexpr int kTissueHu = -320;
constexpr int kSoftTissueHu[] = {-200, 300};
constexpr int kBoneHu = 300;
constexpr int kTrunkTissueHu[] = {-50, 450};
constexpr int kEnhancedHu = 130;  // blood alone has 30 to 60 HU
// Slices that are looked at for contrast: all of fewer, evenly chosen ones of more, which are from
// this many to just below twice as many, as their distance is a whole number of slices.
constexpr std::size_t kLooks = 40;
constexpr double kBothLungsCm2 = 20.0;
constexpr double kBeforeSpine = 0.6;  // of the lungs' height in the picture, from the front

void count_values(const CtVolume& volume, SeriesLook& look) {
  constexpr std::size_t kStride = 7;  // no divisor of usual picture sizes
  double seen = 0, air = 0, soft = 0, tissue = 0, bone = 0;
  for (std::size_t i = 0; i < volume.hu.size(); i += kStride) {
    const int hu = volume.hu[i];
    ++seen;
    air += hu < kAirHu && hu != kPadding ? 1 : 0;
    soft += hu >= kSoftTissueHu[0] && hu <= kSoftTissueHu[1] ? 1 : 0;
    tissue += hu > kTissueHu ? 1 : 0;
    bone += hu >= kBoneHu ? 1 : 0;
  }
  look.air_share = air / seen;
  look.soft_tissue_share = soft / seen;
  look.bone_share = tissue > 0 ? bone / tissue : 0;
  look.tissue_cm2 =
      tissue / seen * static_cast<double>(volume.pixels()) * volume.pixel_area_mm2() / 100.0;
}

/// The pixels between the lungs and before the spine, the lungs themselves left out, of an upright
/// slice.
cv::Mat between(const cv::Mat& lungs) {
  const std::vector<cv::Point> hull = hull_of(lungs);
  cv::Mat region = cv::Mat::zeros(lungs.size(), CV_8UC1);
  cv::fillConvexPoly(region, hull, 255);
  region.setTo(0, lungs);
  const cv::Rect box = cv::boundingRect(hull);
  const int behind = box.y + static_cast<int>(kBeforeSpine * box.height);
  region.rowRange(std::min(behind, region.rows), region.rows).setTo(0);
  return region;
}

void measure_contrast(const CtVolume& volume, Mask lungs, SeriesLook& look) {
  const std::size_t step = std::max<std::size_t>(1, volume.slice_count() / kLooks);
  const imaging::Turn turn = imaging::turn_to_upright(volume);
  double tissue = 0, enhanced = 0;
  for (std::size_t k = 0; k < volume.slice_count(); k += step) {
    if (look.lung_cm2[k] < 2 * kBothLungsCm2) continue;
    const cv::Mat mask = mask_slice(volume, lungs, k);
    const double right = cv::countNonZero(mask == 1) * volume.pixel_area_mm2() / 100.0;
    if (right < kBothLungsCm2 || look.lung_cm2[k] - right < kBothLungsCm2) continue;
    cv::Mat smooth;
    cv::blur(cv::Mat(volume.rows, volume.columns, CV_16SC1,
                     const_cast<std::int16_t*>(volume.slice(k).data())),
             smooth, {3, 3});
    smooth = imaging::turned(smooth, turn);
    const cv::Mat region = between(imaging::turned(mask, turn));
    tissue +=
        cv::countNonZero((smooth >= kTrunkTissueHu[0]) & (smooth <= kTrunkTissueHu[1]) & region);
    enhanced += cv::countNonZero((smooth >= kEnhancedHu) & (smooth <= kTrunkTissueHu[1]) & region);
  }
  look.enhanced_share = tissue > 0 ? enhanced / tissue : 0;
}

}  // namespace

SeriesLook look_at_series(const CtVolume& volume, Mask lung_mask) {
  SeriesLook look;
  count_values(volume, look);
  if (lung_mask.empty()) return look;
  const std::vector<double> weights = imaging::slice_weights(volume);
  double right = 0, both = 0;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const cv::Mat slice = mask_slice(volume, lung_mask, k);
    const double lungs = cv::countNonZero(slice);
    look.lung_cm2.push_back(lungs * volume.pixel_area_mm2() / 100.0);
    right += weights[k] * cv::countNonZero(slice == 1);
    both += weights[k] * lungs;
  }
  look.right_lung_share = both > 0 ? right / both : 0;
  measure_contrast(volume, lung_mask, look);
  return look;
}

}  // namespace jcs::diagnosis
