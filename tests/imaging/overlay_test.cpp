#include "jcs/imaging/overlay.hpp"

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace {

cv::Vec3b at(const cv::Mat& picture, int row, int column) {
  return picture.at<cv::Vec3b>(row, column);
}

TEST(Overlay, OutlinesGoAroundRegionsAndHolesAndLeaveTheRestAlone) {
  const cv::Mat grey(20, 30, CV_8UC1, cv::Scalar(50));
  cv::Mat mask = cv::Mat::zeros(20, 30, CV_8UC1);
  mask(cv::Rect(4, 3, 12, 11)) = 1;
  mask(cv::Rect(9, 7, 3, 3)) = 0;
  mask(cv::Rect(22, 15, 4, 3)) = 1;
  cv::Mat picture = jcs::imaging::to_colour(grey);
  jcs::imaging::draw_outline(picture, mask, {255, 10, 0});
  const cv::Vec3b red(0, 10, 255);
  const cv::Vec3b untouched(50, 50, 50);
  EXPECT_EQ(at(picture, 3, 4), red);
  EXPECT_EQ(at(picture, 13, 15), red);
  EXPECT_EQ(at(picture, 15, 22), red);
  EXPECT_EQ(at(picture, 8, 8), red);         // rim of the hole
  EXPECT_EQ(at(picture, 8, 10), untouched);  // in the hole
  EXPECT_EQ(at(picture, 5, 6), untouched);   // inside the region
  EXPECT_EQ(at(picture, 0, 0), untouched);
}

TEST(Overlay, HeatColoursWhereTheMapIsHigh) {
  const cv::Mat grey(2, 3, CV_8UC1, cv::Scalar(100));
  const cv::Mat map = (cv::Mat_<float>(2, 3) << 0, 0, 1, 0, 0.5F, 0);
  const cv::Mat picture = jcs::imaging::with_heat(grey, map, 0.5);
  EXPECT_EQ(at(picture, 0, 0), cv::Vec3b(100, 100, 100));
  const cv::Vec3b hot = at(picture, 0, 2);
  EXPECT_GT(hot[2], hot[0]);
  EXPECT_GT(hot[2], hot[1]);
  EXPECT_NE(at(picture, 1, 1), cv::Vec3b(100, 100, 100));
}

TEST(Overlay, ScalingKeepsTheAspect) {
  const cv::Mat grey(20, 30, CV_8UC1, cv::Scalar(100));
  EXPECT_EQ(jcs::imaging::scaled_to_width(grey, 60).size(), cv::Size(60, 40));
  EXPECT_EQ(jcs::imaging::scaled_to_width(grey, 15).size(), cv::Size(15, 10));
}

TEST(Overlay, PngBytesReadBackTheSame) {
  cv::Mat picture(5, 7, CV_8UC3);
  cv::randu(picture, 0, 256);
  const auto bytes = jcs::imaging::encode_png(picture);
  const std::vector<std::uint8_t> raw(
      reinterpret_cast<const std::uint8_t*>(bytes.data()),
      reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size());
  EXPECT_EQ(cv::norm(cv::imdecode(raw, cv::IMREAD_UNCHANGED), picture, cv::NORM_INF), 0.0);
}

}  // namespace
