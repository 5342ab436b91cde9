#include "jcs/imaging/regions.hpp"

#include <algorithm>
#include <tuple>

#include <opencv2/imgproc.hpp>

namespace jcs::imaging {

std::vector<Region> opacity_regions(const cv::Mat& mask, int least_area) {
  CV_Assert(mask.type() == CV_8UC1);
  std::vector<Region> regions;
  if (mask.empty()) return regions;
  cv::Mat labels, figures, centres;
  const int count = cv::connectedComponentsWithStats(mask, labels, figures, centres, 8, CV_32S);
  for (int label = 1; label < count; ++label) {  // 0 is the background
    const auto figure = [&](int which) { return figures.at<int>(label, which); };
    if (figure(cv::CC_STAT_AREA) < least_area) continue;
    regions.push_back({figure(cv::CC_STAT_AREA),
                       {figure(cv::CC_STAT_LEFT), figure(cv::CC_STAT_TOP),
                        figure(cv::CC_STAT_WIDTH), figure(cv::CC_STAT_HEIGHT)},
                       {centres.at<double>(label, 0) + 0.5, centres.at<double>(label, 1) + 0.5}});
  }
  // OpenCV's labels depend on how it divides a picture among threads.
  std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
    return std::tie(a.box.y, a.box.x, a.area, a.centre.y, a.centre.x) <
           std::tie(b.box.y, b.box.x, b.area, b.centre.y, b.centre.x);
  });
  return regions;
}

}  // namespace jcs::imaging
