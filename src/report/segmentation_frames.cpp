#include "segmentation_frames.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmseg/segdoc.h>

#include "jcs/imaging/slice_steps.hpp"

#include "dicom_output.hpp"

namespace jcs::report {

namespace {

using imaging::CtVolume;
using imaging::SliceInfo;

OFString decimal(double value) { return decimal_string(value).c_str(); }

OFVector<ImageSOPInstanceReferenceMacro> reference_to(const SourceImage& image,
                                                      const std::filesystem::path& file) {
  ImageSOPInstanceReferenceMacro reference;
  require_good(reference.setReferencedSOPClassUID(image.sop_class_uid.c_str()), file);
  require_good(reference.setReferencedSOPInstanceUID(image.sop_instance_uid.c_str()), file);
  if (image.frame > 0) {
    require_good(reference.addReferencedFrameNumber(static_cast<Uint16>(image.frame)), file);
  }
  OFVector<ImageSOPInstanceReferenceMacro> references;
  references.push_back(reference);
  return references;
}

/// The groups of one frame, owned here; DCMTK copies them.
struct FrameGroups {
  FrameGroups(std::uint16_t segment, Uint32 number, const SliceInfo& slice,
              const SourceImage& image, const std::filesystem::path& file)
      : source(DcmSegmentation::createDerivationImageFG(reference_to(image, file),
                                                        "Segmented by jcs")) {
    require_good(content.setDimensionIndexValues(segment, 0), file);
    require_good(content.setDimensionIndexValues(number, 1), file);
    require_good(content.setStackID("1"), file);
    require_good(content.setInStackPositionNumber(number), file);
    require_good(
        position.setImagePositionPatient(decimal(slice.position[0]), decimal(slice.position[1]),
                                         decimal(slice.position[2])),
        file);
    if (!source) require_good(EC_InvalidValue, file);
  }

  OFVector<FGBase*> all() {
    OFVector<FGBase*> groups;
    groups.push_back(&content);
    groups.push_back(&position);
    groups.push_back(source.get());
    return groups;
  }

  FGFrameContent content;
  FGPlanePosPatient position;
  std::unique_ptr<FGDerivationImage> source;
};

}  // namespace

void add_shared_groups(DcmSegmentation& object, const CtVolume& volume,
                       const std::filesystem::path& file) {
  const double step =
      volume.slice_spacing_mm > 0 ? volume.slice_spacing_mm : volume.series.slice_thickness_mm;
  FGPixelMeasures measures;
  require_good(measures.setPixelSpacing(decimal(volume.row_spacing_mm) + "\\" +
                                        decimal(volume.column_spacing_mm)),
               file);
  // Viewers that build a volume of the frames take this for the distance of the slices.
  require_good(measures.setSliceThickness(decimal(step)), file);
  // Of uneven slices no distance is true for all frames, and their positions say it.
  if (imaging::evenly_spaced(volume)) {
    require_good(measures.setSpacingBetweenSlices(decimal(step)), file);
  }
  require_good(object.addForAllFrames(measures), file);

  const imaging::Vec3& row = volume.row_direction;
  const imaging::Vec3& column = volume.column_direction;
  FGPlaneOrientationPatient orientation;
  require_good(orientation.setImageOrientationPatient(decimal(row[0]), decimal(row[1]),
                                                      decimal(row[2]), decimal(column[0]),
                                                      decimal(column[1]), decimal(column[2])),
               file);
  require_good(object.addForAllFrames(orientation), file);
}

void PackedFrames::append(std::span<const std::uint8_t> pixels) {
  bytes_.resize((bits_ + pixels.size() + 7) / 8);
  for (const std::uint8_t pixel : pixels) {
    if (pixel != 0) bytes_[bits_ / 8] |= static_cast<std::uint8_t>(1U << (bits_ % 8));
    ++bits_;
  }
}

std::vector<std::uint8_t> PackedFrames::bytes() const {
  std::vector<std::uint8_t> even = bytes_;
  even.resize((even.size() + 1) / 2 * 2);
  return even;
}

std::vector<std::uint32_t> frame_numbers(const CtVolume& volume,
                                         std::span<const std::span<const std::uint8_t>> masks) {
  const auto shown = [&](std::size_t k) {
    return std::any_of(masks.begin(), masks.end(), [&](std::span<const std::uint8_t> mask) {
      const auto slice = mask.empty() ? mask : mask.subspan(k * volume.pixels(), volume.pixels());
      return std::any_of(slice.begin(), slice.end(), [](std::uint8_t value) { return value != 0; });
    });
  };
  std::vector<std::uint32_t> numbers(volume.slice_count());
  std::uint32_t last = 0;
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    if (shown(k)) numbers[k] = ++last;
  }
  return numbers;
}

void add_frames(DcmSegmentation& object, PackedFrames& packed, std::uint16_t segment,
                std::span<const std::uint8_t> mask, std::span<const std::uint32_t> numbers,
                const CtVolume& volume, const SourceUids& uids, const std::filesystem::path& file) {
  std::vector<Uint8> pixels(volume.pixels());
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const auto slice = mask.subspan(k * volume.pixels(), volume.pixels());
    std::transform(slice.begin(), slice.end(), pixels.begin(),
                   [](std::uint8_t value) { return static_cast<Uint8>(value != 0 ? 1 : 0); });
    if (std::find(pixels.begin(), pixels.end(), 1) == pixels.end()) continue;
    FrameGroups groups(segment, numbers[k], volume.slices[k], uids.images[k], file);
    require_good(object.addFrame(pixels.data(), segment, groups.all()), file);
    packed.append(pixels);
  }
}

}  // namespace jcs::report
