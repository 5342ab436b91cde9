#include "airways.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace jcs::imaging::lungs {

namespace {

constexpr double kSmallestCm2 = 0.6;
constexpr double kLargestCm2 = 10.0;
constexpr double kMiddle = 0.2;     // of the body's width, to either side
constexpr double kDarkHu = -850.0;  // on average: a lung's apex is brighter
constexpr double kGrowth = 1.6;     // from slice to slice; more is a lung that joined
constexpr double kGrowthCm2 = 1.0;  // that a bifurcation may add
constexpr double kWallMm = 2.0;

struct Hole {
  int label = 0;
  double cm2 = 0, mean_hu = 0;
  double offset = 0;  // from the body's middle, of its width
};

std::vector<Hole> holes_of(const Grid& grid, const cv::Mat& labels, const cv::Mat& stats,
                           const cv::Mat& centres, std::size_t slice, const cv::Rect& body) {
  std::vector<Hole> holes;
  for (int label = 1; label < stats.rows; ++label) {
    Hole hole;
    hole.label = label;
    hole.cm2 = stats.at<int>(label, cv::CC_STAT_AREA) * grid.pixel_cm2();
    if (hole.cm2 > kLargestCm2) continue;
    const cv::Rect box(
        stats.at<int>(label, cv::CC_STAT_LEFT), stats.at<int>(label, cv::CC_STAT_TOP),
        stats.at<int>(label, cv::CC_STAT_WIDTH), stats.at<int>(label, cv::CC_STAT_HEIGHT));
    hole.mean_hu = cv::mean(grid.hu[slice](box), labels(box) == label)[0];
    hole.offset = (centres.at<double>(label, 0) - body.x - body.width / 2.0) / body.width;
    holes.push_back(hole);
  }
  return holes;
}

bool is_trachea(const Hole& hole) {
  return hole.cm2 >= kSmallestCm2 && std::abs(hole.offset) < kMiddle && hole.mean_hu < kDarkHu;
}

double area_cm2(const Grid& grid, const cv::Mat& mask) {
  return cv::countNonZero(mask) * grid.pixel_cm2();
}

}  // namespace

Masks find_airways(const Grid& grid, const Masks& body, const Masks& air) {
  Masks airways;
  for (const cv::Mat& slice : air) airways.push_back(cv::Mat::zeros(slice.size(), CV_8UC1));
  const cv::Mat wall = grid.disc(kWallMm);
  cv::Mat above;  // the airway in the slice above; empty: not met yet
  for (std::size_t k = air.size(); k-- > 0;) {
    cv::Mat labels, stats, centres;
    cv::connectedComponentsWithStats(air[k], labels, stats, centres, 8, CV_32S);
    const std::vector<Hole> holes =
        holes_of(grid, labels, stats, centres, k, cv::boundingRect(body[k]));
    for (const Hole& hole : holes) {
      const cv::Mat mask = labels == hole.label;
      if (above.empty()) {
        if (is_trachea(hole)) airways[k] |= mask;
        continue;
      }
      const double met = area_cm2(grid, mask & above);
      if (met > 0 && hole.cm2 <= kGrowth * met + kGrowthCm2) airways[k] |= mask;
    }
    if (cv::countNonZero(airways[k]) > 0) {
      above = airways[k].clone();
    } else if (!above.empty()) {
      break;  // all of it has opened into the lungs
    }
  }
  // The wall is no lung either, and parts the lungs from one another.
  for (cv::Mat& airway : airways) cv::dilate(airway, airway, wall);
  return airways;
}

}  // namespace jcs::imaging::lungs
