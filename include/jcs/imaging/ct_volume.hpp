#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jcs::imaging {

using Vec3 = std::array<double, 3>;

/// What a file says of the lossy compression that its pixels went through; of several the values
/// are separated by backslashes, and what is not known is empty.
struct LossyCompression {
  std::string ratio, method;  ///< (0028,2112), (0028,2114)
};

/// Where a slice comes from and where it lies.
struct SliceInfo {
  std::filesystem::path file;
  std::string sop_class_uid;
  std::string sop_instance_uid;  ///< may be empty: anonymisers erase it
  int frame = 0;                 ///< frame in a multi-frame file, else 0
  int instance_number = 0;       ///< as the scanner says; never used for the order
  Vec3 position{};  ///< centre of the first voxel, patient coordinates (LPS), mm; see placed()
  double location_mm = 0.0;  ///< position along the normal of the slices; NaN when nothing says it
  bool oriented = true;      ///< false: the file names no orientation, the volume's is assumed
  std::optional<LossyCompression> lossy;  ///< nothing: not lossily compressed, as far as is known
};

/// Identity and acquisition facts of a series, as UTF-8; empty or 0 where the files do not say.
struct SeriesInfo {
  std::string patient_id, patient_name, patient_sex, patient_age;
  std::string study_uid, study_date, study_description, accession_number;
  std::string series_uid, series_description, frame_of_reference_uid;
  int series_number = 0;
  std::string modality, manufacturer, model, convolution_kernel, body_part, image_type;
  double slice_thickness_mm = 0.0, kvp = 0.0;
};

/// How the file that a volume came from orders its voxels, where that is not the volume's own
/// order.
struct StoredOrder {
  bool transposed = false;  ///< a row of the file is a column of the volume
  bool columns_reversed = false, rows_reversed = false, slices_reversed = false;

  bool operator==(const StoredOrder&) const = default;
};

/// One CT series in memory: Hounsfield units, ordered along the normal of the slices, from the
/// lowest location to the highest (feet to head for an axial series).
struct CtVolume {
  int columns = 0;
  int rows = 0;
  std::vector<std::int16_t>
      hu;  ///< [slice][row][column], rounded to whole HU, saturated to 16 bits; padding is -1024
  double column_spacing_mm = 0;  ///< between neighbouring columns, i.e. along a row; 0: not known
  double row_spacing_mm = 0;     ///< between neighbouring rows; 0: not known
  double slice_spacing_mm = 0;   ///< median step; of a lone slice its thickness; 0: not known
  Vec3 row_direction{1, 0, 0};   ///< direction in which the column index grows, patient coordinates
  Vec3 column_direction{0, 1, 0};  ///< direction in which the row index grows
  Vec3 normal{0, 0, 1};            ///< direction in which the slice index grows
  bool windowed = false;  ///< true for 8-bit pictures: `hu` holds grey values 0 … 255 instead of HU
  StoredOrder stored_order;  ///< of a NIfTI file, so that masks can be given back voxel for voxel
  std::vector<SliceInfo> slices;
  SeriesInfo series;
  std::vector<std::string>
      warnings;  ///< what a reader of the result should know, one sentence each

  [[nodiscard]] std::size_t slice_count() const { return slices.size(); }
  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
  /// The values of one slice, row by row.
  [[nodiscard]] std::span<const std::int16_t> slice(std::size_t index) const {
    return {hu.data() + index * pixels(), pixels()};
  }
  /// Area of a pixel in mm², 0 when not known.
  [[nodiscard]] double pixel_area_mm2() const { return column_spacing_mm * row_spacing_mm; }
  /// Volume of a voxel, ml, at the median spacing, 0 when not known; sums need slice_weights().
  [[nodiscard]] double voxel_volume_ml() const {
    return pixel_area_mm2() * slice_spacing_mm / 1000.0;
  }
  /// Whether the files say how the slices lie in the body; else they were taken for axial, and
  /// right and left are assumed.
  [[nodiscard]] bool oriented() const {
    return std::all_of(slices.begin(), slices.end(),
                       [](const SliceInfo& slice) { return slice.oriented; });
  }
  /// Whether the normal of the slices lies within 45 degrees of the body's axis.
  [[nodiscard]] bool axial() const {
    constexpr double kCosine = 0.7;
    return std::abs(normal[2]) >= kCosine;
  }
  /// Whether the positions of the slices are known. Files may name their locations alone, which
  /// then do not agree with positions that nothing set.
  [[nodiscard]] bool placed() const {
    constexpr double kSamePlaceMm = 0.01;
    return std::all_of(slices.begin(), slices.end(), [&](const SliceInfo& slice) {
      const double along = slice.position[0] * normal[0] + slice.position[1] * normal[1] +
                           slice.position[2] * normal[2];
      return std::abs(along - slice.location_mm) < kSamePlaceMm;
    });
  }
};

}  // namespace jcs::imaging
