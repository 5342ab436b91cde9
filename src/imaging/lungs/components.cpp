#include "components.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "jcs/core/disjoint_sets.hpp"
#include "jcs/core/parallel.hpp"

namespace jcs::imaging::lungs {

namespace {

// Labels the slices one by one, with numbers that go on from slice to slice, and joins those that
// lie on one another.
DisjointSets label_slices(const Masks& masks, std::vector<cv::Mat>& labels,
                          const std::stop_token& stop) {
  std::vector<int> counts(masks.size());
  parallel_for(masks.size(), 0, stop, [&](std::size_t k) {
    counts[k] = cv::connectedComponents(masks[k], labels[k], 8, CV_32S);
  });
  DisjointSets sets;
  sets.add();  // 0 stays the outside
  for (std::size_t k = 0; k < masks.size(); ++k) {
    const int first = sets.size() - 1;
    for (int i = 1; i < counts[k]; ++i) sets.add();
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

Components components(const Grid& grid, const Masks& masks, const std::stop_token& stop) {
  Components parts;
  parts.labels.resize(masks.size());
  DisjointSets sets = label_slices(masks, parts.labels, stop);
  std::vector<int> index(static_cast<std::size_t>(sets.size()), 0);
  int count = 0;
  for (int label = 1; label < sets.size(); ++label) {
    // A set is named by its lowest label, which has its index by then.
    const int root = sets.root(label);
    index[static_cast<std::size_t>(label)] =
        root == label ? ++count : index[static_cast<std::size_t>(root)];
  }
  parallel_for(parts.labels.size(), 0, stop, [&](std::size_t k) {
    for (int row = 0; row < grid.rows(); ++row) {
      int* label = parts.labels[k].ptr<int>(row);
      for (int column = 0; column < grid.columns(); ++column) {
        label[column] = index[static_cast<std::size_t>(label[column])];
      }
    }
  });
  parts.all.resize(static_cast<std::size_t>(count));
  measure(grid, parts);
  return parts;
}

Masks kept(const Components& parts, const std::vector<bool>& keep, const std::stop_token& stop) {
  Masks masks(parts.labels.size());
  parallel_for(masks.size(), 0, stop, [&](std::size_t k) {
    const cv::Mat& labels = parts.labels[k];
    cv::Mat& mask = masks[k] = cv::Mat::zeros(labels.size(), CV_8UC1);
    for (int row = 0; row < labels.rows; ++row) {
      const int* label = labels.ptr<int>(row);
      auto* out = mask.ptr<std::uint8_t>(row);
      for (int column = 0; column < labels.cols; ++column) {
        if (label[column] != 0 && keep[static_cast<std::size_t>(label[column] - 1)]) {
          out[column] = 255;
        }
      }
    }
  });
  return masks;
}

}  // namespace jcs::imaging::lungs
