#pragma once

#include <cstdint>
#include <vector>

#include "jcs/imaging/phantom.hpp"

#include "opacities.hpp"
#include "tubes.hpp"

namespace jcs::imaging::phantom {

/// Where the pixels of a slice lie in the frame of the patient's chest.
class Grid {
 public:
  /// Spacing of the picture's pixels in mm; every pixel holds `samples` x `samples` points, which
  /// are the rows and columns of this grid.
  Grid(const Build& build, int rows, int columns, double column_spacing, double row_spacing,
       int samples);

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  /// Side of a pixel, the longer of the two, mm.
  [[nodiscard]] double pixel() const { return std::max(column_spacing_, row_spacing_); }
  /// z is 0.
  [[nodiscard]] Point chest(int row, int column) const;
  /// Rows and columns (first, last; empty when last < first) that hold all points of the chest
  /// frame within `reach` mm of the box a … b.
  struct Box {
    int first_row, last_row, first_column, last_column;
  };
  [[nodiscard]] Box box(const Point& a, const Point& b, double reach) const;

 private:
  int rows_, columns_;
  double column_spacing_, row_spacing_;
  double cos_, sin_, offset_x_, offset_y_;
};

/// One slice before the scanner adds blur and noise, row by row.
struct SliceTruth {
  std::vector<float> hu;
  std::vector<std::uint8_t> lungs, mask;
};

/// The whole patient: everything that was drawn from the seed.
class Anatomy {
 public:
  explicit Anatomy(const PhantomOptions& options);

  [[nodiscard]] const Build& build() const { return build_; }
  /// The slice at height `z` of the chest frame.
  [[nodiscard]] SliceTruth slice(const Grid& grid, double z) const;

 private:
  void fill_tissues(const Grid& grid, const Section& section, SliceTruth& slice) const;
  void add_opacities(const Grid& grid, double z, SliceTruth& slice) const;

  Build build_;
  Texture texture_;
  Texture opacity_texture_;
  Tubes tubes_;
  std::vector<Opacity> opacities_;
};

/// Draws the tubes that meet the height z into a slice.
void add_tubes(const Tubes& tubes, const Grid& grid, double z, SliceTruth& slice);

}  // namespace jcs::imaging::phantom
