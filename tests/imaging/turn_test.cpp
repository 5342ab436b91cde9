#include "jcs/imaging/turn.hpp"

#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

namespace jcs::imaging {
namespace {

CtVolume lying(const Vec3& row, const Vec3& column, const Vec3& normal = {0, 0, 1}) {
  CtVolume volume;
  volume.row_direction = row;
  volume.column_direction = column;
  volume.normal = normal;
  volume.slices.resize(2);
  return volume;
}

// The patient's left and back, as numbers, of a slice of three rows and five columns around 0.
cv::Mat places(const Vec3& row, const Vec3& column) {
  cv::Mat out(3, 5, CV_32FC2);
  for (int r = 0; r < out.rows; ++r) {
    for (int c = 0; c < out.cols; ++c) {
      const int x = c - 2, y = r - 1;
      out.at<cv::Vec2f>(r, c) = {static_cast<float>(x * row[0] + y * column[0]),
                                 static_cast<float>(x * row[1] + y * column[1])};
    }
  }
  return out;
}

const Vec3 kLeft{1, 0, 0}, kRight{-1, 0, 0}, kBack{0, 1, 0}, kFront{0, -1, 0};
const std::vector<std::tuple<Vec3, Vec3>> kWays = {
    {kLeft, kBack}, {kLeft, kFront}, {kRight, kBack}, {kRight, kFront},
    {kBack, kLeft}, {kBack, kRight}, {kFront, kLeft}, {kFront, kRight},
};

TEST(Turn, AllEightWaysBecomeUprightAndComeBack) {
  for (const auto& [row, column] : kWays) {
    const Turn turn = turn_to_upright(lying(row, column));
    const cv::Mat stored = places(row, column);
    const cv::Mat upright = turned(stored, turn);
    ASSERT_EQ(upright.size(), turned(stored.size(), turn));
    for (int r = 0; r < upright.rows; ++r) {
      for (int c = 0; c < upright.cols; ++c) {
        EXPECT_EQ(upright.at<cv::Vec2f>(r, c), cv::Vec2f(static_cast<float>(c - upright.cols / 2),
                                                         static_cast<float>(r - upright.rows / 2)));
      }
    }
    EXPECT_EQ(cv::norm(turned_back(upright, turn), stored, cv::NORM_INF), 0);
  }
}

TEST(Turn, ABoxIsTurnedAsItsPixelsAre) {
  const cv::Rect box(1, 0, 3, 2);
  cv::Mat slice = cv::Mat::zeros(3, 5, CV_8UC1);
  slice(box).setTo(1);
  for (const auto& [row, column] : kWays) {
    const Turn turn = turn_to_upright(lying(row, column));
    cv::Mat upright = turned(slice, turn).clone();
    const cv::Rect there = turned(box, slice.size(), turn);
    EXPECT_EQ(cv::sum(upright(there))[0], 6);
    EXPECT_EQ(there.area(), 6);
  }
}

TEST(Turn, SlicesThatLieAskewGoToTheNearestWay) {
  const double c = std::cos(0.6), s = std::sin(0.6);  // 34 degrees
  EXPECT_EQ(turn_to_upright(lying({c, s, 0}, {-s, c, 0})), Turn{});
  EXPECT_EQ(turn_to_upright(lying({-c, -s, 0}, {s, -c, 0})), (Turn{false, true, true}));
  EXPECT_EQ(turn_to_upright(lying({s, c, 0}, {-c, s, 0})), (Turn{true, true, false}));
  // A tilted gantry.
  EXPECT_EQ(turn_to_upright(lying(kLeft, {0, 0.9, -0.43}, {0, 0.43, 0.9})), Turn{});
}

TEST(Turn, WhatTheFilesDoNotSayIsNotTurned) {
  CtVolume assumed = lying(kRight, kFront);
  assumed.slices[1].oriented = false;
  EXPECT_EQ(turn_to_upright(assumed), Turn{});
  EXPECT_EQ(turn_to_upright(lying(kLeft, {0, 0, -1}, kBack)), Turn{}) << "coronal";
  EXPECT_EQ(turn_to_upright(lying(kFront, {0, 0, 1}, kLeft)), Turn{}) << "sagittal";
}

}  // namespace
}  // namespace jcs::imaging
