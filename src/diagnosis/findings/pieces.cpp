#include "pieces.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "jcs/core/disjoint_sets.hpp"

namespace jcs::diagnosis {

namespace {

void join_neighbours(const cv::Mat& here, const cv::Mat& below, DisjointSets& sets) {
  for (int row = 0; row < here.rows; ++row) {
    for (int column = 0; column < here.cols; ++column) {
      const int label = here.at<int>(row, column);
      if (label == 0) continue;
      for (int r = std::max(0, row - 1); r <= std::min(here.rows - 1, row + 1); ++r) {
        for (int c = std::max(0, column - 1); c <= std::min(here.cols - 1, column + 1); ++c) {
          if (below.at<int>(r, c) != 0) sets.join(label, below.at<int>(r, c));
        }
      }
    }
  }
}

}  // namespace

Pieces find_pieces(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask) {
  Pieces pieces;
  DisjointSets sets;
  sets.add();  // 0 stays the outside
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const cv::Mat slice(volume.rows, volume.columns, CV_8UC1,
                        const_cast<std::uint8_t*>(mask.data() + k * volume.pixels()));
    cv::Mat& labels = pieces.labels.emplace_back();
    const int first = sets.size() - 1;
    const int count = cv::connectedComponents(slice, labels, 8, CV_32S);
    for (int i = 1; i < count; ++i) sets.add();
    cv::add(labels, cv::Scalar(first), labels, labels != 0);
    if (k > 0) join_neighbours(labels, pieces.labels[k - 1], sets);
  }
  std::vector<int> number(static_cast<std::size_t>(sets.size()), 0);
  for (int label = 1; label < sets.size(); ++label) {
    const int root = sets.root(label);
    number[label] = root == label ? ++pieces.count : number[root];
  }
  for (cv::Mat& slice : pieces.labels) {
    for (int& label : cv::Mat_<int>(slice)) label = number[label];
  }
  return pieces;
}

}  // namespace jcs::diagnosis
