#include "jcs/imaging/regions.hpp"

#include <gtest/gtest.h>

namespace {

using jcs::imaging::opacity_regions;

// Three opacities: an L that holds together at a corner, one pixel, a block that reaches the edge.
cv::Mat three_opacities() {
  return (cv::Mat_<std::uint8_t>(5, 7) << 0, 0, 0, 0, 0, 0, 1,  //
          0, 1, 0, 0, 0, 0, 0,                                  //
          0, 1, 0, 0, 0, 1, 1,                                  //
          0, 0, 1, 0, 0, 1, 1,                                  //
          0, 0, 0, 0, 0, 1, 1);
}

TEST(Regions, AreMeasured) {
  const auto regions = opacity_regions(three_opacities());
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].area, 1);
  EXPECT_EQ(regions[0].box, cv::Rect(6, 0, 1, 1));
  EXPECT_EQ(regions[0].centre, cv::Point2d(6.5, 0.5));
  EXPECT_EQ(regions[1].area, 3);
  EXPECT_EQ(regions[1].box, cv::Rect(1, 1, 2, 3));
  EXPECT_NEAR(regions[1].centre.x, 1.0 + 1.0 / 3 + 0.5, 1e-9);
  EXPECT_NEAR(regions[1].centre.y, 2.5, 1e-9);
  EXPECT_EQ(regions[2].area, 6);
  EXPECT_EQ(regions[2].box, cv::Rect(5, 2, 2, 3));
}

TEST(Regions, SmallOnesCanBeLeftOut) {
  EXPECT_EQ(opacity_regions(three_opacities(), 2).size(), 2U);
  EXPECT_EQ(opacity_regions(three_opacities(), 6).size(), 1U);
  EXPECT_TRUE(opacity_regions(three_opacities(), 7).empty());
}

TEST(Regions, AnyValueButZeroIsOpacity) {
  EXPECT_EQ(opacity_regions(three_opacities() * 255).size(), 3U);
  const auto whole = opacity_regions(cv::Mat(4, 6, CV_8UC1, cv::Scalar(9)));
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].area, 24);
  EXPECT_EQ(whole[0].centre, cv::Point2d(3, 2));
}

TEST(Regions, CleanMasksHaveNone) {
  EXPECT_TRUE(opacity_regions(cv::Mat::zeros(4, 4, CV_8UC1)).empty());
  EXPECT_TRUE(opacity_regions(cv::Mat(0, 0, CV_8UC1)).empty());
}

}  // namespace
