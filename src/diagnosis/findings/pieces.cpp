#include "pieces.hpp"

#include <algorithm>

#include "jcs/core/disjoint_sets.hpp"

namespace jcs::diagnosis {

namespace {

// Opacities fill a small part of a volume, so what is kept of them are runs, not a label a voxel.
class Finder {
 public:
  Finder(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask)
      : volume_(volume), mask_(mask) {}

  Pieces find() {
    std::vector<std::size_t> slice_below, slice;  // where the runs of each row begin, and the end
    for (std::size_t k = 0; k < volume_.slice_count(); ++k) {
      slice.assign(1, runs_.size());
      for (int row = 0; row < volume_.rows; ++row) {
        add_runs(k, row);
        slice.push_back(runs_.size());
        join_with(slice, row - 1, slice, row);
        if (k == 0) continue;
        for (int near = row - 1; near <= row + 1; ++near) join_with(slice_below, near, slice, row);
      }
      std::swap(slice, slice_below);
    }
    return numbered();
  }

 private:
  void add_runs(std::size_t slice, int row) {
    const std::size_t columns = static_cast<std::size_t>(volume_.columns);
    const auto voxels =
        mask_.subspan(slice * volume_.pixels() + static_cast<std::size_t>(row) * columns, columns);
    const auto outside = [](std::uint8_t value) { return value == 0; };
    auto at = voxels.begin();
    while ((at = std::find_if_not(at, voxels.end(), outside)) != voxels.end()) {
      const auto end = std::find_if(at, voxels.end(), outside);
      runs_.push_back({slice, row, static_cast<int>(at - voxels.begin()),
                       static_cast<int>(end - voxels.begin()), sets_.add()});
      at = end;
    }
  }

  // Joins the runs of two neighbouring rows that touch, if by a corner only.
  void join_with(const std::vector<std::size_t>& other_rows, int other_row,
                 const std::vector<std::size_t>& rows, int row) {
    if (other_row < 0 || other_row >= volume_.rows) return;
    std::size_t other = other_rows[static_cast<std::size_t>(other_row)];
    const std::size_t other_end = other_rows[static_cast<std::size_t>(other_row) + 1];
    std::size_t here = rows[static_cast<std::size_t>(row)];
    const std::size_t end = rows[static_cast<std::size_t>(row) + 1];
    while (here < end && other < other_end) {
      const Run &a = runs_[here], &b = runs_[other];
      if (a.begin <= b.end && b.begin <= a.end) sets_.join(a.piece, b.piece);
      ++(a.end < b.end ? here : other);
    }
  }

  Pieces numbered() {
    Pieces pieces;
    std::vector<int> number(runs_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const int root = sets_.root(runs_[i].piece);
      number[i] = static_cast<std::size_t>(root) == i ? static_cast<int>(pieces.count++)
                                                      : number[static_cast<std::size_t>(root)];
    }
    for (std::size_t i = 0; i < runs_.size(); ++i) runs_[i].piece = number[i];
    pieces.runs = std::move(runs_);
    return pieces;
  }

  const imaging::CtVolume& volume_;
  std::span<const std::uint8_t> mask_;
  std::vector<Run> runs_;  ///< numbered as in `sets_` until all are known
  DisjointSets sets_;
};

}  // namespace

Pieces find_pieces(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask) {
  return Finder(volume, mask).find();
}

}  // namespace jcs::diagnosis
