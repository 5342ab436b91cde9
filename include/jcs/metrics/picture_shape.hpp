#pragma once

namespace jcs::metrics {

/// How a row-major span of pixels lies in a picture. Needed where neighbourhood counts.
///
/// Functions that take it throw InputError when rows or columns is below 1, when rows × columns is
/// not the number of pixels, or when a spacing is negative or not finite.
struct PictureShape {
  int rows = 0;
  int columns = 0;
  double row_spacing_mm = 0.0;     ///< from one row to the next (downwards); 0: not known
  double column_spacing_mm = 0.0;  ///< from one column to the next (rightwards); 0: not known

  /// Whether distances in mm can be given.
  [[nodiscard]] bool has_spacing() const { return row_spacing_mm > 0 && column_spacing_mm > 0; }
};

}  // namespace jcs::metrics
