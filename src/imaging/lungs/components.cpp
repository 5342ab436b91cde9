#include "components.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "jcs/core/disjoint_sets.hpp"

namespace jcs::imaging::lungs {

namespace {

// Labels the slices one by one, with numbers that go on from slice to slice, and joins those that
// lie on one another.
DisjointSets label_slices(const Masks& masks, std::vector<cv::Mat>& labels) {
  DisjointSets sets;
  sets.add();  // 0 stays the outside
  for (std::size_t k = 0; k < masks.size(); ++k) {
    const int first = sets.size() - 1;
    const int count = cv::connectedComponents(masks[k], labels[k], 8, CV_32S);
    for (int i = 1; i < count; ++i) sets.add();
    for (int row = 0; row < masks[k].rows; ++row) {
      int* here = labels[k].ptr<int>(row);
      const int* below = k > 0 ? labels[k - 1].ptr<int>(row) : nullptr;
      for (int column = 0; column < masks[k].cols; ++column) {
        if (here[column] == 0) continue;
        here[column] += first;
        if (below != nullptr && below[column] != 0) sets.join(here[column], below[column]);
      }
    }
  }
  return sets;
}

void measure(const Grid& grid, Components& parts) {
  for (std::size_t k = 0; k < parts.labels.size(); ++k) {
    for (int row = 0; row < grid.rows(); ++row) {
      const int* label = parts.labels[k].ptr<int>(row);
      const auto* hu = grid.hu[k].ptr<std::int16_t>(row);
      for (int column = 0; column < grid.columns(); ++column) {
        if (label[column] == 0) continue;
        Component& part = parts.all[static_cast<std::size_t>(label[column] - 1)];
        if (part.voxels == 0) part.first_slice = k;
        part.last_slice = k;
        ++part.voxels;
        part.gas += hu[column] < kGasHu ? 1 : 0;
        part.left_mm += grid.left(row, column);
      }
    }
  }
  for (Component& part : parts.all) part.left_mm /= static_cast<double>(part.voxels);
}

}  // namespace

Components components(const Grid& grid, const Masks& masks) {
  Components parts;
  parts.labels.resize(masks.size());
  DisjointSets sets = label_slices(masks, parts.labels);
  std::vector<int> index(static_cast<std::size_t>(sets.size()), 0);
  int count = 0;
  for (int label = 1; label < sets.size(); ++label) {
    if (sets.root(label) == label) index[static_cast<std::size_t>(label)] = ++count;
  }
  for (cv::Mat& slice : parts.labels) {
    for (int& label : cv::Mat_<int>(slice)) {
      if (label != 0) label = index[static_cast<std::size_t>(sets.root(label))];
    }
  }
  parts.all.resize(static_cast<std::size_t>(count));
  measure(grid, parts);
  return parts;
}

Masks kept(const Components& parts, const std::vector<bool>& keep) {
  Masks masks;
  for (const cv::Mat& labels : parts.labels) {
    cv::Mat& mask = masks.emplace_back(cv::Mat::zeros(labels.size(), CV_8UC1));
    for (int row = 0; row < labels.rows; ++row) {
      const int* label = labels.ptr<int>(row);
      auto* out = mask.ptr<std::uint8_t>(row);
      for (int column = 0; column < labels.cols; ++column) {
        if (label[column] != 0 && keep[static_cast<std::size_t>(label[column] - 1)]) {
          out[column] = 255;
        }
      }
    }
  }
  return masks;
}

}  // namespace jcs::imaging::lungs
