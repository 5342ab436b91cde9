#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// What the header of one file or frame says about the slice, before any pixel is decoded.
struct SliceHeader {
  SliceInfo info;                            ///< location_mm is set when the slices are ordered
  std::shared_ptr<const SeriesInfo> series;  ///< the facts of the file, shared by its frames
  std::shared_ptr<const std::string> image_type;  ///< of this frame, shared like `rescale_type`
  int rows = 0, columns = 0, samples = 1;
  std::optional<Vec3> position;
  std::optional<Vec3> row_direction, column_direction;  ///< both or none, of length 1
  double row_spacing_mm = 0.0, column_spacing_mm = 0.0, thickness_mm = 0.0;  ///< 0: not known
  double gantry_tilt_deg = 0.0;                       ///< as the header names it
  bool names_slope = false, names_intercept = false;  ///< the file has a rescale for this frame
  /// Unit of the rescaled values as the file names it.
  std::shared_ptr<const std::string> rescale_type;
  std::optional<double> slice_location;
  std::optional<int> instance_number;
  std::optional<int> acquisition_number, temporal_position;  ///< of this frame
  std::string damage;  ///< why the file cannot be used as a slice, empty when it can
  bool torn = false;   ///< the file may be a CT image and ends before it says all of itself

  [[nodiscard]] bool is_localizer() const;
};

/// The slices of one file: none for a DICOM file without pixels, one per frame else. A damaged file
/// yields one slice with `damage` set, so that its series knows that it lacks one.
/// @throws InputError when nothing can be read from the file, or it says that it is a CT image and
/// has no pixels.
std::vector<SliceHeader> read_headers(const std::filesystem::path& file);

}  // namespace jcs::imaging
