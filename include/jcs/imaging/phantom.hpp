#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// Rows and columns that a slice of a phantom may have.
inline constexpr int kLeastPhantomSide = 16, kMostPhantomSide = 2048;

/// What a synthetic chest CT looks like. The seed decides the patient: size, sex, position on the
/// table, shape of lungs and heart, vessels, and, when diseased, the opacities.
struct PhantomOptions {
  enum class Kernel {
    kSoft,  ///< smooth picture, little noise
    kSharp  ///< crisp edges, more noise
  };

  int rows = 512;
  int columns = 512;
  int slices = 60;
  double row_spacing_mm = 0;     ///< between neighbouring rows; 0: the whole body is in the picture
  double column_spacing_mm = 0;  ///< between neighbouring columns; 0: as for the rows
  double slice_spacing_mm = 0;   ///< 0: the slices cover the lungs from base to apex
  std::int64_t seed = 1;
  bool diseased = false;         ///< with opacities
  int opacities = 0;             ///< how many when diseased; 0: the seed decides
  double opacity_radius_mm = 0;  ///< typical radius; 0: the seed decides, 16 to 30 mm
  double noise_hu = 20;          ///< standard deviation of the noise with the soft kernel
  Kernel kernel = Kernel::kSoft;

  bool operator==(const PhantomOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("rows", rows, "rows of a slice", between(kLeastPhantomSide, kMostPhantomSide));
    v.field("columns", columns, "columns of a slice", between(kLeastPhantomSide, kMostPhantomSide));
    v.field("slices", slices, "number of slices", between(1, 2000));
    v.field("row_spacing_mm", row_spacing_mm,
            "distance of neighbouring rows; 0: the whole body is in the picture", between(0, 50));
    v.field("column_spacing_mm", column_spacing_mm,
            "distance of neighbouring columns; 0: as for the rows", between(0, 50));
    v.field("slice_spacing_mm", slice_spacing_mm,
            "distance of neighbouring slices; 0: they cover the lungs from base to apex",
            between(0, 100));
    v.field("seed", seed, "decides the patient", at_least(0));
    v.field("diseased", diseased, "with opacities in the lungs");
    v.field("opacities", opacities, "number of opacities when diseased; 0: the seed decides",
            between(0, 40));
    v.field("opacity_radius_mm", opacity_radius_mm,
            "typical radius of an opacity; 0: the seed decides", between(0, 60));
    v.field("noise_hu", noise_hu, "standard deviation of the noise with the soft kernel, HU",
            between(0, 200));
    v.choice("kernel", kernel, "reconstruction kernel",
             {{"soft", Kernel::kSoft}, {"sharp", Kernel::kSharp}});
  }
};

/// A synthetic study and what is true of each of its voxels. Both maps are laid out as `volume.hu`.
struct Phantom {
  CtVolume volume;
  /// 1 where an opacity covers the lung (vessels and airways inside it included), else 0: the
  /// voxels whose opacity weight is at least one half. The weight falls from one to zero within
  /// `kOpacityEdgeMm`, so the same seed without disease differs inside the mask and in a thin seam
  /// around it, nowhere else (in 3-D: a slice just beyond an opacity's end may show the seam
  /// alone).
  std::vector<std::uint8_t> mask;
  std::vector<std::uint8_t> lungs;  ///< 1 inside the lungs, else 0

  [[nodiscard]] std::span<const std::uint8_t> mask_slice(std::size_t index) const {
    return {mask.data() + index * volume.pixels(), volume.pixels()};
  }
};

/// Width of the zone in which an opacity fades out, before the blur of the reconstruction kernel.
inline constexpr double kOpacityEdgeMm = 2.0;

/// Makes the study that the options describe: the same for the same options, whatever the number of
/// threads. Axial slices, head first supine, rows from the patient's right to left, columns from
/// front to back, slices from feet to head; HU -1024 … 3071.
/// @throws UsageError for options out of range and for more than 2^30 voxels; Interrupted.
Phantom make_phantom(const PhantomOptions& options, Progress& progress = no_progress(),
                     const std::stop_token& stop = {});

}  // namespace jcs::imaging
