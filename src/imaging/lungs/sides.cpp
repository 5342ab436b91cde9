#include "sides.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <opencv2/imgproc.hpp>

#include "jcs/core/parallel.hpp"

#include "components.hpp"

namespace jcs::imaging::lungs {

namespace {

constexpr int kErosionSteps = 8;
constexpr double kErosionStepMm = 1.5;
// Of all lung tissue: a lung that is smaller was not parted from the other, it is a piece of it.
constexpr double kSmallestShare = 0.08;
// Of a piece's voxels on one side of the body's middle: it is one lung, not two that touch.
constexpr double kOneSided = 0.85;

// The middle of the body towards the patient's left, slice by slice.
std::vector<double> middles(const Grid& grid, const Masks& body) {
  std::vector<double> middle;
  for (const cv::Mat& slice : body) {
    const cv::Rect box = cv::boundingRect(slice);
    middle.push_back(grid.left(box.y + box.height / 2.0, box.x + box.width / 2.0));
  }
  return middle;
}

// How much of each component lies to the left of the body's middle, 0 … 1.
std::vector<double> left_shares(const Grid& grid, const Components& parts,
                                const std::vector<double>& middle) {
  std::vector<double> share(parts.all.size(), 0.0);
  for (const Run& run : parts.pieces.runs) {
    int left = 0;
    for (int column = run.begin; column < run.end; ++column) {
      left += grid.left(run.row, column) > middle[run.slice] ? 1 : 0;
    }
    share[run.piece] += left;
  }
  for (std::size_t i = 0; i < share.size(); ++i) {
    share[i] /= static_cast<double>(parts.all[i].voxels);
  }
  return share;
}

Masks eroded(const Masks& tissue, const cv::Mat& disc, const std::stop_token& stop) {
  Masks less(tissue.size());
  parallel_for(tissue.size(), 0, stop, [&](std::size_t k) {
    less[k] = cv::Mat::zeros(tissue[k].size(), CV_8UC1);
    // Around the box, OpenCV takes the pixels of the whole slice.
    if (const cv::Rect box = cv::boundingRect(tissue[k]); !box.empty()) {
      cv::erode(tissue[k](box), less[k](box), disc);
    }
  });
  return less;
}

// Which components are the right and which the left lung; nothing when a large one is both.
struct Assignment {
  std::vector<bool> right, left;
};
std::optional<Assignment> assign(const Components& parts, const std::vector<double>& left_share,
                                 std::size_t large) {
  Assignment sides{std::vector<bool>(parts.all.size()), std::vector<bool>(parts.all.size())};
  for (std::size_t i = 0; i < parts.all.size(); ++i) {
    const bool both = left_share[i] < kOneSided && left_share[i] > 1.0 - kOneSided;
    if (parts.all[i].voxels >= large && both) return std::nullopt;
    (left_share[i] > 0.5 ? sides.left : sides.right)[i] = true;
  }
  return sides;
}

// Every pixel of the tissue goes to the nearer of the two seeds in its slice.
void grow(const Masks& tissue, const Grid& grid, const std::vector<double>& middle, Sides& seeds,
          const std::stop_token& stop) {
  parallel_for(tissue.size(), 0, stop, [&](std::size_t k) {
    const cv::Rect box = cv::boundingRect(tissue[k]);  // the seeds lie inside
    if (box.empty()) return;
    cv::Mat right = seeds.right[k](box), left = seeds.left[k](box);
    const bool has_both = cv::countNonZero(right) > 0 && cv::countNonZero(left) > 0;
    cv::Mat to_right, to_left;
    if (has_both) {
      cv::distanceTransform(255 - right, to_right, cv::DIST_L2, 5);
      cv::distanceTransform(255 - left, to_left, cv::DIST_L2, 5);
    }
    for (int row = 0; row < box.height; ++row) {
      const auto* in = tissue[k].ptr<std::uint8_t>(box.y + row) + box.x;
      for (int column = 0; column < box.width; ++column) {
        const bool nearer_left =
            has_both ? to_left.at<float>(row, column) < to_right.at<float>(row, column)
                     : grid.left(box.y + row, box.x + column) > middle[k];
        left.at<std::uint8_t>(row, column) = in[column] != 0 && nearer_left ? 255 : 0;
        right.at<std::uint8_t>(row, column) = in[column] != 0 && !nearer_left ? 255 : 0;
      }
    }
  });
}

std::size_t count(const Masks& masks) {
  std::size_t voxels = 0;
  for (const cv::Mat& mask : masks) voxels += static_cast<std::size_t>(cv::countNonZero(mask));
  return voxels;
}

}  // namespace

Sides divide(const Grid& grid, const Masks& body, const Masks& tissue,
             const std::stop_token& stop) {
  const std::vector<double> middle = middles(grid, body);
  const auto large = static_cast<std::size_t>(kSmallestShare * static_cast<double>(count(tissue)));
  for (int step = 0; step <= kErosionSteps; ++step) {
    const double depth = step * kErosionStepMm;
    const Components parts = components(grid, eroded(tissue, grid.disc(depth), stop), stop);
    const auto sides = assign(parts, left_shares(grid, parts, middle), large);
    if (!sides) continue;
    Sides divided{kept(grid, parts, sides->right), kept(grid, parts, sides->left)};
    if (depth > 0) grow(tissue, grid, middle, divided, stop);
    return divided;
  }
  Sides divided;
  for (const cv::Mat& slice : tissue) {
    divided.right.push_back(cv::Mat::zeros(slice.size(), CV_8UC1));
    divided.left.push_back(cv::Mat::zeros(slice.size(), CV_8UC1));
  }
  grow(tissue, grid, middle, divided, stop);
  return divided;
}

}  // namespace jcs::imaging::lungs
