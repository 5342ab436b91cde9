#include "jcs/imaging/pieces.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "jcs/core/disjoint_sets.hpp"
#include "jcs/core/parallel.hpp"

namespace jcs::imaging {

namespace {

/// The runs of one slice, and where those of each row begin; one more row ends the last.
struct SliceRuns {
  std::vector<Run> runs;
  std::vector<std::size_t> rows;
};

SliceRuns runs_of(const cv::Mat& mask, std::size_t slice) {
  SliceRuns found;
  for (int row = 0; row < mask.rows; ++row) {
    found.rows.push_back(found.runs.size());
    const auto* first = mask.ptr<std::uint8_t>(row);
    const auto* last = first + mask.cols;
    const auto outside = [](std::uint8_t value) { return value == 0; };
    for (const auto* at = std::find_if_not(first, last, outside); at != last;) {
      const auto* end = std::find_if(at, last, outside);
      found.runs.push_back(
          {slice, row, static_cast<int>(at - first), static_cast<int>(end - first), 0});
      at = std::find_if_not(end, last, outside);
    }
  }
  found.rows.push_back(found.runs.size());
  return found;
}

/// Joins the runs of two rows whose columns meet; with `corners` also those that are next to one
/// another.
void join(std::span<const Run> here, std::size_t here_index, std::span<const Run> other,
          std::size_t other_index, bool corners, DisjointSets& sets) {
  const int reach = corners ? 1 : 0;
  for (std::size_t i = 0, j = 0; i < here.size() && j < other.size();) {
    const Run &a = here[i], &b = other[j];
    if (a.begin < b.end + reach && b.begin < a.end + reach) {
      sets.join(static_cast<int>(here_index + i), static_cast<int>(other_index + j));
    }
    ++(a.end < b.end ? i : j);
  }
}

class Joiner {
 public:
  Joiner(std::vector<SliceRuns> slices, BetweenSlices between)
      : slices_(std::move(slices)), between_(between) {
    for (const SliceRuns& slice : slices_) {
      first_.push_back(count_);
      count_ += slice.runs.size();
    }
  }

  Pieces pieces() {
    for (std::size_t i = 0; i < count_; ++i) sets_.add();
    for (std::size_t k = 0; k < slices_.size(); ++k) {
      const int rows = static_cast<int>(slices_[k].rows.size()) - 1;
      for (int row = 0; row < rows; ++row) {
        if (row > 0) join_rows(k, row, k, row - 1, true);
        if (k == 0) continue;
        join_rows(k, row, k - 1, row, between_ == BetweenSlices::kCorners);
        if (between_ == BetweenSlices::kFaces) continue;
        if (row > 0) join_rows(k, row, k - 1, row - 1, true);
        if (row + 1 < rows) join_rows(k, row, k - 1, row + 1, true);
      }
    }
    return numbered();
  }

 private:
  void join_rows(std::size_t k, int row, std::size_t other, int other_row, bool corners) {
    const auto [here, here_index] = row_of(k, row);
    const auto [there, there_index] = row_of(other, other_row);
    join(here, here_index, there, there_index, corners, sets_);
  }

  /// The runs of a row and the number of the first among all.
  [[nodiscard]] std::pair<std::span<const Run>, std::size_t> row_of(std::size_t k, int row) const {
    const SliceRuns& slice = slices_[k];
    const std::size_t begin = slice.rows[static_cast<std::size_t>(row)];
    const std::size_t end = slice.rows[static_cast<std::size_t>(row) + 1];
    return {std::span(slice.runs).subspan(begin, end - begin), first_[k] + begin};
  }

  Pieces numbered() {
    Pieces pieces;
    pieces.runs.reserve(count_);
    for (const SliceRuns& slice : slices_) {
      for (Run run : slice.runs) {
        // A set is named by its lowest number, which has its piece by then.
        const std::size_t i = pieces.runs.size();
        const auto root = static_cast<std::size_t>(sets_.root(static_cast<int>(i)));
        run.piece = root == i ? pieces.count++ : pieces.runs[root].piece;
        pieces.runs.push_back(run);
      }
    }
    return pieces;
  }

  std::vector<SliceRuns> slices_;
  BetweenSlices between_;
  std::vector<std::size_t> first_;  ///< the number of each slice's first run among all
  std::size_t count_ = 0;
  DisjointSets sets_;
};

}  // namespace

Pieces find_pieces(std::span<const cv::Mat> slices, BetweenSlices between,
                   const std::stop_token& stop) {
  std::vector<SliceRuns> runs(slices.size());
  parallel_for(slices.size(), 0, stop, [&](std::size_t k) { runs[k] = runs_of(slices[k], k); });
  return Joiner(std::move(runs), between).pieces();
}

}  // namespace jcs::imaging
