#include "ct_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <span>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcuid.h>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/uid.hpp"

namespace jcs::imaging {

namespace {

// A decimal string holds at most 16 characters.
std::string decimal(double value) {
  constexpr int kDigits = 10;
  return rounded_text(value == 0 ? 0.0 : value, kDigits);
}

std::string decimals(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : "\\") + decimal(value);
  return text;
}

class Filler {
 public:
  explicit Filler(DcmDataset& dataset) : dataset_(dataset) {}

  void text(const DcmTagKey& tag, const std::string& value) {
    require(tag, dataset_.putAndInsertString(tag, value.c_str()));
  }
  void number(const DcmTagKey& tag, int value) {
    require(tag, dataset_.putAndInsertUint16(tag, static_cast<Uint16>(value)));
  }
  void pixels(std::span<const Uint16> values) {
    require(DCM_PixelData,
            dataset_.putAndInsertUint16Array(DCM_PixelData, values.data(), values.size()));
  }

 private:
  static void require(const DcmTagKey& tag, const OFCondition& condition) {
    if (condition.bad()) {
      throw OutputError({std::string("DICOM attribute cannot be stored: ") + condition.text(),
                         tag.toString().c_str()});
    }
  }

  DcmDataset& dataset_;
};

std::string or_empty(double value) { return value > 0 ? decimal(value) : ""; }

void fill_identity(Filler& fill, const SeriesInfo& info, const SeriesUids& uids) {
  fill.text(DCM_PatientName, info.patient_name);
  fill.text(DCM_PatientID, info.patient_id);
  fill.text(DCM_PatientBirthDate, "");
  fill.text(DCM_PatientSex, info.patient_sex);
  if (!info.patient_age.empty()) fill.text(DCM_PatientAge, info.patient_age);

  fill.text(DCM_StudyInstanceUID, uids.study);
  fill.text(DCM_StudyDate, info.study_date);
  fill.text(DCM_StudyTime, "");
  fill.text(DCM_ReferringPhysicianName, "");
  fill.text(DCM_StudyID, "");
  fill.text(DCM_AccessionNumber, info.accession_number);
  if (!info.study_description.empty()) fill.text(DCM_StudyDescription, info.study_description);

  fill.text(DCM_Modality, "CT");
  fill.text(DCM_SeriesInstanceUID, uids.series);
  fill.text(DCM_SeriesNumber, std::to_string(info.series_number));
  fill.text(DCM_PatientPosition, "HFS");
  if (!info.series_description.empty()) fill.text(DCM_SeriesDescription, info.series_description);
  if (!info.body_part.empty()) fill.text(DCM_BodyPartExamined, info.body_part);

  fill.text(DCM_FrameOfReferenceUID, uids.frame_of_reference);
  fill.text(DCM_PositionReferenceIndicator, "");
  fill.text(DCM_Manufacturer, info.manufacturer);
  if (!info.model.empty()) fill.text(DCM_ManufacturerModelName, info.model);
}

void fill_image(Filler& fill, const CtVolume& volume, std::size_t slice,
                const StoredValues& stored) {
  const SeriesInfo& info = volume.series;
  const SliceInfo& image = volume.slices[slice];
  const Vec3& row = volume.row_direction;
  const Vec3& column = volume.column_direction;

  const int number =
      image.instance_number != 0 ? image.instance_number : static_cast<int>(slice) + 1;
  fill.text(DCM_InstanceNumber, std::to_string(number));
  fill.text(DCM_ImageType, info.image_type.empty() ? "ORIGINAL\\PRIMARY\\AXIAL" : info.image_type);
  fill.text(DCM_AcquisitionNumber, "");
  fill.text(DCM_KVP, or_empty(info.kvp));
  if (!info.convolution_kernel.empty()) fill.text(DCM_ConvolutionKernel, info.convolution_kernel);

  fill.text(DCM_PixelSpacing, decimals({volume.row_spacing_mm, volume.column_spacing_mm}));
  fill.text(DCM_ImageOrientationPatient,
            decimals({row[0], row[1], row[2], column[0], column[1], column[2]}));
  fill.text(DCM_ImagePositionPatient,
            decimals({image.position[0], image.position[1], image.position[2]}));
  fill.text(DCM_SliceThickness, or_empty(info.slice_thickness_mm));
  if (std::isfinite(image.location_mm)) fill.text(DCM_SliceLocation, decimal(image.location_mm));

  fill.number(DCM_SamplesPerPixel, 1);
  fill.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  fill.number(DCM_Rows, volume.rows);
  fill.number(DCM_Columns, volume.columns);
  fill.number(DCM_BitsAllocated, 16);
  fill.number(DCM_BitsStored, stored.bits);
  fill.number(DCM_HighBit, stored.bits - 1);
  fill.number(DCM_PixelRepresentation, 0);
  fill.text(DCM_RescaleIntercept, std::to_string(stored.intercept));
  fill.text(DCM_RescaleSlope, "1");
  fill.text(DCM_WindowCenter, "-600\\40");
  fill.text(DCM_WindowWidth, "1500\\400");
  fill.text(DCM_WindowCenterWidthExplanation, "LUNG\\SOFT TISSUE");
}

}  // namespace

StoredValues stored_values(const CtVolume& volume) {
  const auto [lowest, highest] = std::minmax_element(volume.hu.begin(), volume.hu.end());
  return *lowest >= -1024 && *highest <= 3071 ? StoredValues{12, -1024} : StoredValues{16, -32768};
}

SeriesUids series_uids(const CtVolume& volume) {
  SeriesUids uids{
      volume.series.study_uid, volume.series.series_uid, volume.series.frame_of_reference_uid, {}};
  std::set<std::string> distinct;
  for (const SliceInfo& slice : volume.slices) {
    uids.instances.push_back(slice.sop_instance_uid);
    distinct.insert(slice.sop_instance_uid);
  }
  const bool instances_given =
      distinct.size() == uids.instances.size() && !distinct.contains(std::string());
  if (instances_given && !uids.study.empty() && !uids.series.empty() &&
      !uids.frame_of_reference.empty()) {
    return uids;
  }
  const std::string content = sha256(std::as_bytes(std::span(volume.hu)));
  const auto fill = [&](std::string& uid, const std::string& role) {
    if (uid.empty()) uid = uid_from(role + " of " + content);
  };
  fill(uids.study, "study");
  fill(uids.series, "series");
  fill(uids.frame_of_reference, "frame of reference");
  if (!instances_given) {
    for (std::size_t k = 0; k < uids.instances.size(); ++k) {
      uids.instances[k] = uid_from("slice " + std::to_string(k) + " of " + content);
    }
  }
  return uids;
}

void fill_ct_dataset(DcmDataset& dataset, const CtVolume& volume, std::size_t slice,
                     const SeriesUids& uids, const StoredValues& stored) {
  Filler fill(dataset);
  fill.text(DCM_SpecificCharacterSet, "ISO_IR 192");
  fill.text(DCM_SOPClassUID, UID_CTImageStorage);
  fill.text(DCM_SOPInstanceUID, uids.instances[slice]);
  fill_identity(fill, volume.series, uids);
  fill_image(fill, volume, slice, stored);

  const auto hu = volume.slice(slice);
  std::vector<Uint16> values(hu.size());
  std::transform(hu.begin(), hu.end(), values.begin(),
                 [&](std::int16_t value) { return static_cast<Uint16>(value - stored.intercept); });
  fill.pixels(values);
}

}  // namespace jcs::imaging
