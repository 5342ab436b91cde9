#include "jcs/data/augmentation.hpp"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace {

using jcs::data::AugmentationOptions;
using jcs::data::augmented;
using jcs::data::Picture;

bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

class AugmentationTest : public testing::Test {
 protected:
  AugmentationTest() {
    preprocessing_.resize = 0;
    preprocessing_.crop = 0;
    slice_.grey = cv::Mat(40, 50, CV_8UC1);
    cv::randu(slice_.grey, 0, 255);
    // The mask marks exactly what is bright, so that a change that moves one without the other
    // shows.
    slice_.grey.setTo(10);
    slice_.grey(cv::Rect(5, 8, 12, 9)).setTo(250);
    slice_.mask = slice_.grey > 128;
    slice_.mask /= 255;
  }
  // Pixels where "bright" and "marked" disagree.
  static int disagreement(const Picture& picture) {
    const cv::Mat bright = picture.grey > 128;
    const cv::Mat marked = picture.mask > 0;
    return cv::countNonZero(bright != marked);
  }
  jcs::Preprocessing preprocessing_;
  Picture slice_;
};

TEST_F(AugmentationTest, NothingSwitchedOnChangesNothing) {
  const Picture picture = augmented(slice_, preprocessing_, {}, jcs::Random(1));
  EXPECT_TRUE(equal(picture.grey, slice_.grey));
  EXPECT_TRUE(equal(picture.mask, slice_.mask));
}

TEST_F(AugmentationTest, FlipsPictureAndMaskTogether) {
  AugmentationOptions options;
  options.flip_horizontal = 1.0;
  Picture picture = augmented(slice_, preprocessing_, options, jcs::Random(1));
  cv::Mat expected;
  cv::flip(slice_.grey, expected, 1);
  EXPECT_TRUE(equal(picture.grey, expected));
  EXPECT_EQ(disagreement(picture), 0);
  options = {};
  options.flip_vertical = 1.0;
  picture = augmented(slice_, preprocessing_, options, jcs::Random(1));
  cv::flip(slice_.grey, expected, 0);
  EXPECT_TRUE(equal(picture.grey, expected));
  EXPECT_EQ(disagreement(picture), 0);
}

TEST_F(AugmentationTest, FlipsAsOftenAsAsked) {
  AugmentationOptions options;
  options.flip_horizontal = 0.25;
  int flipped = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    flipped +=
        equal(augmented(slice_, preprocessing_, options, jcs::Random(seed)).grey, slice_.grey) ? 0
                                                                                               : 1;
  }
  EXPECT_NEAR(flipped, 250, 60);
}

TEST_F(AugmentationTest, RandomCropTakesEveryPlace) {
  preprocessing_.crop = 30;
  AugmentationOptions options;
  options.random_crop = true;
  int left = 50, right = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Picture picture = augmented(slice_, preprocessing_, options, jcs::Random(seed));
    ASSERT_EQ(picture.grey.size(), cv::Size(30, 30));
    EXPECT_EQ(disagreement(picture), 0);
    const cv::Rect box = cv::boundingRect(picture.mask);
    left = std::min(left, box.x);
    right = std::max(right, box.x);
  }
  EXPECT_EQ(left, 0);
  EXPECT_EQ(right, 5);  // cut at column 0: the square stays at column 5
}

TEST_F(AugmentationTest, MarginAndRotationMoveBothAlike) {
  AugmentationOptions options;
  options.margin = 0.1;
  options.margin_probability = 1.0;
  options.rotation = 10;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Picture picture = augmented(slice_, preprocessing_, options, jcs::Random(seed));
    ASSERT_EQ(picture.grey.size(), slice_.grey.size());
    // Interpolation may round the edge either way, never more.
    EXPECT_LE(disagreement(picture), 2 * (12 + 9) * 3 / 2) << seed;
    EXPECT_GT(cv::countNonZero(picture.mask), 0);
    double top = 0;
    cv::minMaxLoc(picture.mask, nullptr, &top);
    EXPECT_EQ(top, 1);
  }
}

// Half a pixel, always to the same side, would teach a segmenter to be wrong by it.
TEST_F(AugmentationTest, AMarginShiftsNoMaskAgainstItsPicture) {
  Picture disc{cv::Mat::zeros(96, 96, CV_8UC1), cv::Mat::zeros(96, 96, CV_8UC1)};
  cv::circle(disc.grey, {44, 52}, 12, cv::Scalar(255), cv::FILLED);
  disc.mask = disc.grey / 255;
  AugmentationOptions options;
  options.margin = 0.15;
  options.margin_probability = 1.0;
  cv::Point2d shift;
  constexpr int kSeeds = 100;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Picture moved =
        augmented(disc, preprocessing_, options, jcs::Random(static_cast<std::uint64_t>(seed)));
    const cv::Moments mask = cv::moments(moved.mask, true);
    const cv::Moments grey = cv::moments(moved.grey >= 128, true);
    shift.x += (mask.m10 / mask.m00 - grey.m10 / grey.m00) / kSeeds;
    shift.y += (mask.m01 / mask.m00 - grey.m01 / grey.m00) / kSeeds;
  }
  EXPECT_NEAR(shift.x, 0.0, 0.05);
  EXPECT_NEAR(shift.y, 0.0, 0.05);
}

TEST_F(AugmentationTest, ContrastAndBrightnessLeaveTheMaskAlone) {
  AugmentationOptions options;
  options.contrast = 0.2;
  options.brightness = 0.1;
  const Picture picture = augmented(slice_, preprocessing_, options, jcs::Random(4));
  EXPECT_FALSE(equal(picture.grey, slice_.grey));
  EXPECT_TRUE(equal(picture.mask, slice_.mask));
}

TEST_F(AugmentationTest, DependsOnTheSeedAlone) {
  AugmentationOptions options;
  options.flip_horizontal = 0.5;
  options.rotation = 20;
  options.contrast = 0.3;
  const Picture a = augmented(slice_, preprocessing_, options, jcs::Random(9));
  const Picture b = augmented(slice_, preprocessing_, options, jcs::Random(9));
  EXPECT_TRUE(equal(a.grey, b.grey));
  EXPECT_FALSE(equal(a.grey, augmented(slice_, preprocessing_, options, jcs::Random(10)).grey));
}

}  // namespace
