#include "jcs/imaging/fit.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::Preprocessing;
using jcs::imaging::Fit;
using testing::HasSubstr;

Preprocessing sizes(int resize, int crop) {
  Preprocessing preprocessing;
  preprocessing.resize = resize;
  preprocessing.crop = crop;
  return preprocessing;
}

TEST(Fit, TheShorterSideIsResizedAndTheMiddleCutOut) {
  EXPECT_EQ(jcs::imaging::fit(512, 512, sizes(256, 224)),
            (Fit{512, 512, 256, 256, 16, 16, 224, 224}));
  // 400 x 600: 256 x 384; 400 x 301: 340 (340.2 rounded down) x 256.
  EXPECT_EQ(jcs::imaging::fit(400, 600, sizes(256, 224)),
            (Fit{400, 600, 256, 384, 16, 80, 224, 224}));
  EXPECT_EQ(jcs::imaging::fit(400, 301, sizes(256, 0)), (Fit{400, 301, 340, 256, 0, 0, 340, 256}));
}

TEST(Fit, ZeroLeavesThingsAsTheyAre) {
  EXPECT_EQ(jcs::imaging::fit(30, 50, sizes(0, 0)), (Fit{30, 50, 30, 50, 0, 0, 30, 50}));
  EXPECT_EQ(jcs::imaging::fit(30, 50, sizes(0, 20)), (Fit{30, 50, 30, 50, 5, 15, 20, 20}));
}

TEST(Fit, ACropLargerThanTheSliceIsRefused) {
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([] { jcs::imaging::fit(200, 300, sizes(0, 224)); }),
      HasSubstr("expected at least 224 x 224, got 200 x 300"));
}

TEST(Fit, ASliceThatWouldGrowWithoutEndIsRefused) {
  for (const int crop : {0, 224}) {
    for (const auto& [rows, columns] : {std::pair{1, 20000}, {20000, 1}, {1, 1 << 26}}) {
      EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                      [&] { jcs::imaging::fit(rows, columns, sizes(4096, crop)); }),
                  HasSubstr("too long for its width"));
    }
  }
  EXPECT_EQ(jcs::imaging::fit(8192, 8192, sizes(4096, 0)).resized_columns, 4096);
}

TEST(Fit, ATurnedSliceIsSeenUprightAndItsMapComesBack) {
  jcs::imaging::CtVolume volume;
  volume.rows = 2;
  volume.columns = 3;
  volume.row_direction = {0, 1, 0};
  volume.column_direction = {1, 0, 0};
  volume.slices.resize(1);
  const Fit fit = jcs::imaging::fit(volume, sizes(0, 2));
  EXPECT_EQ(fit.input_rows, 2);
  EXPECT_EQ(fit.rows, 3);
  const cv::Mat slice = (cv::Mat_<std::uint8_t>(2, 3) << 1, 2, 3,  //
                         4, 5, 6);
  const cv::Mat seen = (cv::Mat_<std::uint8_t>(2, 2) << 1, 4,  //
                        2, 5);
  EXPECT_EQ(cv::norm(jcs::imaging::apply(fit, slice), seen, cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(jcs::imaging::apply_to_mask(fit, slice), seen, cv::NORM_INF), 0);
  cv::Mat map;
  seen.convertTo(map, CV_32F);
  const cv::Mat back = (cv::Mat_<float>(2, 3) << 1, 2, 0,  //
                        4, 5, 0);
  EXPECT_EQ(cv::norm(jcs::imaging::restore(map, fit), back, cv::NORM_INF), 0);
}

TEST(Fit, ShrinkingAveragesAreas) {
  const cv::Mat checkers = (cv::Mat_<std::uint8_t>(4, 4) << 0, 200, 0, 200,  //
                            200, 0, 200, 0,                                  //
                            10, 10, 90, 90,                                  //
                            10, 10, 90, 90);
  const cv::Mat small = jcs::imaging::apply(jcs::imaging::fit(4, 4, sizes(2, 0)), checkers);
  EXPECT_EQ(small.at<std::uint8_t>(0, 0), 100);
  EXPECT_EQ(small.at<std::uint8_t>(0, 1), 100);
  EXPECT_EQ(small.at<std::uint8_t>(1, 0), 10);
  EXPECT_EQ(small.at<std::uint8_t>(1, 1), 90);
}

TEST(Fit, TheCropIsThatOfTheMiddle) {
  cv::Mat slice(6, 8, CV_8UC1);
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 8; ++column) {
      slice.at<std::uint8_t>(row, column) = static_cast<std::uint8_t>(10 * row + column);
    }
  }
  const cv::Mat input = jcs::imaging::apply(jcs::imaging::fit(6, 8, sizes(0, 4)), slice);
  ASSERT_EQ(input.size(), cv::Size(4, 4));
  EXPECT_EQ(input.at<std::uint8_t>(0, 0), 12);
  EXPECT_EQ(input.at<std::uint8_t>(3, 3), 45);
}

TEST(Fit, AMaskStaysZeroAndOne) {
  cv::Mat mask = cv::Mat::zeros(64, 64, CV_8UC1);
  mask(cv::Rect(10, 20, 30, 20)) = 1;
  const cv::Mat fitted =
      jcs::imaging::apply_to_mask(jcs::imaging::fit(64, 64, sizes(40, 32)), mask);
  EXPECT_EQ(cv::countNonZero(fitted == 0) + cv::countNonZero(fitted == 1), 32 * 32);
  EXPECT_GT(cv::countNonZero(fitted), 0);
}

TEST(Fit, NormaliseWritesThreePlanes) {
  Preprocessing preprocessing;
  preprocessing.mean = {0.0, 0.5, 1.0};
  preprocessing.std = {1.0, 0.5, 2.0};
  const cv::Mat grey = (cv::Mat_<std::uint8_t>(1, 2) << 0, 255);
  std::vector<float> planes(6);
  jcs::imaging::normalise(grey, preprocessing, planes.data());
  EXPECT_THAT(planes, testing::ElementsAre(0.0F, 1.0F, -1.0F, 1.0F, -0.5F, 0.0F));
}

TEST(Fit, RestoreBringsAMapBackToItsPlace) {
  const Fit fit = jcs::imaging::fit(40, 60, sizes(20, 16));
  cv::Mat map = cv::Mat::zeros(16, 16, CV_32FC1);
  map(cv::Rect(2, 4, 4, 6)) = 1.0F;  // input columns 2-5, rows 4-9
  const cv::Mat slice = jcs::imaging::restore(map, fit);
  ASSERT_EQ(slice.size(), cv::Size(60, 40));
  // Resized 20 x 30, crop at row 2, column 7: resized rows 6-11, columns 9-12, twice that in the
  // slice.
  EXPECT_EQ(slice.at<float>(17, 21), 1.0F);
  EXPECT_EQ(slice.at<float>(10, 21), 0.0F);
  EXPECT_EQ(slice.at<float>(17, 16), 0.0F);
  EXPECT_EQ(slice.at<float>(17, 27), 0.0F);
  EXPECT_NEAR(cv::sum(slice)[0], 4.0 * 24.0, 1e-3);
}

TEST(Fit, RestoreUndoesNothingWhereNothingWasDone) {
  cv::Mat map(5, 7, CV_32FC1);
  cv::randu(map, 0.0F, 1.0F);
  const cv::Mat restored = jcs::imaging::restore(map, jcs::imaging::fit(5, 7, sizes(0, 0)));
  EXPECT_EQ(cv::norm(restored, map, cv::NORM_INF), 0.0);
}

TEST(Fit, AMapOfAnotherSizeIsRefused) {
  const cv::Mat map = cv::Mat::zeros(3, 3, CV_32FC1);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::restore(map, jcs::imaging::fit(5, 7, sizes(0, 0))); }),
              HasSubstr("expected 5 x 7, got 3 x 3"));
}

}  // namespace
