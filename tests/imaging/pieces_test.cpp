#include "jcs/imaging/pieces.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace jcs::imaging {
namespace {

std::vector<cv::Mat> random_masks(int slices, int rows, int columns, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution inside(share);
  std::vector<cv::Mat> masks;
  for (int k = 0; k < slices; ++k) {
    cv::Mat& mask = masks.emplace_back(cv::Mat::zeros(rows, columns, CV_8UC1));
    for (auto& pixel : cv::Mat_<std::uint8_t>(mask)) pixel = inside(random) ? 1 : 0;
  }
  return masks;
}

struct Voxel {
  int slice, row, column;
};

/// Labels of all voxels by flooding each piece from its first voxel; 0: outside.
std::vector<cv::Mat> flooded(const std::vector<cv::Mat>& masks, BetweenSlices between) {
  std::vector<cv::Mat> labels;
  for (const cv::Mat& mask : masks) labels.push_back(cv::Mat::zeros(mask.size(), CV_32SC1));
  const auto inside = [&](const Voxel& v) {
    return v.slice >= 0 && v.slice < static_cast<int>(masks.size()) && v.row >= 0 &&
           v.row < masks[0].rows && v.column >= 0 && v.column < masks[0].cols &&
           masks[v.slice].at<std::uint8_t>(v.row, v.column) != 0;
  };
  int count = 0;
  const auto flood = [&](const Voxel& from) {
    std::deque<Voxel> waiting = {from};
    labels[from.slice].at<int>(from.row, from.column) = ++count;
    while (!waiting.empty()) {
      const Voxel at = waiting.front();
      waiting.pop_front();
      for (int k = -1; k <= 1; ++k) {
        for (int i = -1; i <= 1; ++i) {
          for (int j = -1; j <= 1; ++j) {
            if (k != 0 && between == BetweenSlices::kFaces && (i != 0 || j != 0)) continue;
            const Voxel next = {at.slice + k, at.row + i, at.column + j};
            if (!inside(next)) continue;
            int& label = labels[next.slice].at<int>(next.row, next.column);
            if (label != 0) continue;
            label = count;
            waiting.push_back(next);
          }
        }
      }
    }
  };
  for (int k = 0; k < static_cast<int>(masks.size()); ++k) {
    for (int row = 0; row < masks[0].rows; ++row) {
      for (int column = 0; column < masks[0].cols; ++column) {
        if (inside({k, row, column}) && labels[k].at<int>(row, column) == 0) {
          flood({k, row, column});
        }
      }
    }
  }
  return labels;
}

class PiecesBetween : public testing::TestWithParam<BetweenSlices> {};

TEST_P(PiecesBetween, AreThoseThatFloodingFindsInTheSameOrder) {
  unsigned seed = 0;
  for (const double share : {0.05, 0.15, 0.3, 0.5, 0.8}) {
    for (const auto& [slices, rows, columns] :
         {std::tuple{5, 12, 17}, {1, 20, 20}, {6, 1, 30}, {4, 25, 1}}) {
      SCOPED_TRACE(std::to_string(share) + ", " + std::to_string(rows) + "x" +
                   std::to_string(columns));
      const auto masks = random_masks(slices, rows, columns, share, ++seed);
      const Pieces pieces = find_pieces(masks, GetParam());
      std::vector<cv::Mat> labels;
      for (const cv::Mat& mask : masks) labels.push_back(cv::Mat::zeros(mask.size(), CV_32SC1));
      for (const imaging::Run& run : pieces.runs) {
        labels[run.slice].row(run.row).colRange(run.begin, run.end) =
            static_cast<double>(run.piece + 1);
      }
      const auto expected = flooded(masks, GetParam());
      double most = 0;
      for (std::size_t k = 0; k < masks.size(); ++k) {
        EXPECT_EQ(cv::countNonZero(labels[k] != expected[k]), 0) << "slice " << k;
        double here = 0;
        cv::minMaxLoc(expected[k], nullptr, &here);
        most = std::max(most, here);
      }
      EXPECT_EQ(static_cast<double>(pieces.count), most);
    }
  }
}

TEST_P(PiecesBetween, OfNothing) {
  EXPECT_EQ(find_pieces({}, GetParam()).count, 0U);
  const std::vector<cv::Mat> empty(3, cv::Mat::zeros(4, 5, CV_8UC1));
  const Pieces none = find_pieces(empty, GetParam());
  EXPECT_EQ(none.count, 0U);
  EXPECT_TRUE(none.runs.empty());
}

INSTANTIATE_TEST_SUITE_P(Imaging, PiecesBetween,
                         testing::Values(BetweenSlices::kFaces, BetweenSlices::kCorners),
                         [](const auto& info) {
                           return info.param == BetweenSlices::kFaces ? "Faces" : "Corners";
                         });

TEST(Pieces, TakePartsOfLargerPictures) {
  cv::Mat whole = cv::Mat::ones(10, 10, CV_8UC1);
  const std::vector<cv::Mat> part = {whole(cv::Rect(2, 3, 4, 5))};
  const Pieces pieces = find_pieces(part, BetweenSlices::kFaces);
  EXPECT_EQ(pieces.count, 1U);
  ASSERT_EQ(pieces.runs.size(), 5U);
  EXPECT_EQ(pieces.runs.front().length(), 4);
}

}  // namespace
}  // namespace jcs::imaging
