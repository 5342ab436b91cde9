#include "structured_report_library.hpp"

#include <array>
#include <map>
#include <set>
#include <span>
#include <string>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcsequen.h>

#include "jcs/imaging/slice_steps.hpp"

#include "dicom_output.hpp"
#include "structured_report_groups.hpp"

namespace jcs::report {

namespace {

using imaging::CtVolume;

using Library = TID1600_ImageLibrary;

void put(DcmItem& item, const DcmTagKey& tag, const std::string& text) {
  if (!text.empty()) {
    check(item.putAndInsertString(tag, text.c_str()));
  }
}

void put(DcmItem& item, const DcmTagKey& tag, std::span<const double> values) {
  std::string text;
  for (const double value : values) {
    text += (text.empty() ? "" : "\\") + decimal_string(value);
  }
  put(item, tag, text);
}

void put_size(DcmItem& item, const DcmTagKey& tag, int value) {
  check(item.putAndInsertUint16(tag, static_cast<Uint16>(value)));
}

void put_orientation(DcmItem& item, const CtVolume& volume) {
  std::array<double, 6> both{};
  std::ranges::copy(volume.row_direction, both.begin());
  std::ranges::copy(volume.column_direction, both.begin() + 3);
  put(item, DCM_ImageOrientationPatient, both);
}

/// The attributes that the library copies from an image, as the volume has them.
/// @param alone whether the slice is all of its image: frames have a position each
DcmItem described(const CtVolume& volume, const SourceUids& uids, std::size_t slice, bool alone) {
  DcmItem item;
  put(item, DCM_SOPClassUID, uids.images[slice].sop_class_uid);
  put(item, DCM_SOPInstanceUID, uids.images[slice].sop_instance_uid);
  put(item, DCM_Modality, volume.series.modality);
  put(item, DCM_FrameOfReferenceUID, uids.frame_of_reference_uid);
  put_size(item, DCM_Rows, volume.rows);
  put_size(item, DCM_Columns, volume.columns);
  if (volume.pixel_area_mm2() > 0) {
    put(item, DCM_PixelSpacing, std::array{volume.row_spacing_mm, volume.column_spacing_mm});
  }
  if (alone && volume.placed()) {
    put(item, DCM_ImagePositionPatient, volume.slices[slice].position);
  }
  if (volume.oriented()) put_orientation(item, volume);
  if (volume.slice_spacing_mm > 0 && imaging::evenly_spaced(volume)) {
    put(item, DCM_SpacingBetweenSlices, std::array{volume.slice_spacing_mm});
  }
  if (volume.series.slice_thickness_mm > 0) {
    put(item, DCM_SliceThickness, std::array{volume.series.slice_thickness_mm});
  }
  return item;
}

/// That there was nothing to add or to move is no failure.
void check_library(const OFCondition& condition) {
  if (condition != CMR_EC_NoImageLibraryEntryDescriptorsToBeAdded &&
      condition != CMR_EC_NoImageLibraryEntryDescriptorsToBeMoved) {
    check(condition);
  }
}

}  // namespace

void add_image_library(TID1500_MeasurementReport& report, const CtVolume& volume,
                       const SourceUids& uids) {
  Library& library = report.getImageLibrary();
  check(library.createNewImageLibrary());
  check(library.addImageGroup());
  // DCMTK knows what describes an image by its modality, and refuses those it does not know.
  const Library::AddImageMode mode =
      volume.series.modality == "CT" ? Library::withAllDescriptors : Library::withoutDescriptors;
  std::map<std::string, int> slices_of;
  for (const SourceImage& image : uids.images) ++slices_of[image.sop_instance_uid];
  // The slices of several multi-frame images may lie between each other.
  std::set<std::string> named;
  for (std::size_t slice = 0; slice < uids.images.size(); ++slice) {
    const SourceImage& image = uids.images[slice];
    if (!named.insert(image.sop_instance_uid).second) continue;
    const bool alone = image.frame == 0 && slices_of.at(image.sop_instance_uid) == 1;
    DcmItem item = described(volume, uids, slice, alone);
    check_library(library.addImageEntry(item, mode));
  }
  check_library(library.moveCommonImageDescriptorsToImageGroups());
}

}  // namespace jcs::report
