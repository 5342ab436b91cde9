#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/pixel_spacing.hpp"

namespace jcs::imaging {

/// Whether the name ends in `.nii` or `.nii.gz`, in any case of letters.
bool named_like_nifti(const std::filesystem::path& file);

/// A chest CT in one NIfTI-1 or NIfTI-2 file, compressed or not, read slice by slice. Slices are
/// shown as an axial DICOM slice is: row 0 is anterior, column 0 the patient's right, whatever the
/// order in the file (its sform says, or its qform). Slices keep the file's numbers, from 0.
///
/// An object serves one thread. Slices of a compressed file are best read in ascending order: every
/// step back starts decompressing anew.
class NiftiVolume {
 public:
  /// Reads the header only. @throws InputError naming the file: no NIfTI, more than three
  /// dimensions, colours or complex numbers, no orientation, slices that are not axial, a size that
  /// no slice has (over 4096 x 4096) or that the file cannot hold.
  explicit NiftiVolume(const std::filesystem::path& file);
  ~NiftiVolume();
  NiftiVolume(NiftiVolume&&) noexcept;
  NiftiVolume& operator=(NiftiVolume&&) noexcept;
  NiftiVolume(const NiftiVolume&) = delete;
  NiftiVolume& operator=(const NiftiVolume&) = delete;

  [[nodiscard]] int rows() const;     ///< of a slice as shown
  [[nodiscard]] int columns() const;  ///< of a slice as shown
  [[nodiscard]] int slices() const;
  [[nodiscard]] PixelSpacing spacing() const;  ///< of a slice as shown
  /// Whether slice 0 is the lowest (feet) and the last one the highest.
  [[nodiscard]] bool feet_first() const;

  /// Hounsfield units (CV_16SC1): scl_slope · stored + scl_inter, rounded, saturated to 16 bits,
  /// what is no number becomes air. A volume whose values all lie in 0 … 255 is taken as windowed
  /// already, since air alone is far below 0 HU: its slices are grey values (CV_8UC1).
  /// @throws InputError naming the file when there is no such slice, or the file ends too early or
  /// is damaged.
  cv::Mat slice(int index);

  /// A slice of an annotation as 0 and 1 (CV_8UC1). With `value`, pixels of that value are 1 and
  /// all others 0, for masks of several structures. Without it the mask must hold 0 and 1 alone.
  /// @throws InputError as slice() does, and naming a stray value.
  cv::Mat mask(int index, std::optional<int> value = std::nullopt);

 private:
  struct File;
  std::unique_ptr<File> file_;
};

/// One slice of a volume as grey values (CV_8UC1), windowed as read_picture() does it.
/// @throws InputError as NiftiVolume does.
cv::Mat read_nifti_picture(const std::filesystem::path& file, int slice,
                           const Preprocessing& preprocessing);

/// One slice of an annotation as 0 and 1 (CV_8UC1). @throws InputError as NiftiVolume does.
cv::Mat read_nifti_mask(const std::filesystem::path& file, int slice,
                        std::optional<int> value = std::nullopt);

}  // namespace jcs::imaging
