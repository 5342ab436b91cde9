#include "source_identity.hpp"

#include <array>
#include <span>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcitem.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_identity.hpp"

#include "dicom_output.hpp"

namespace jcs::report {

namespace {

bool valid(DcmElement& element) {
  if (element.getTag() == DCM_TimezoneOffsetFromUTC) {
    OFString offset;
    element.getOFStringArray(offset);
    return utc_offset(offset.c_str()).has_value();
  }
  const bool several = element.getTag() == DCM_DeidentificationMethod;
  return element.checkValue(several ? "1-n" : "1").good();
}

/// Files break the rules for values, anonymised ones above all: an age without unit, a date with
/// dots. Of several values where one is allowed the first stays, as archives read it; what is no
/// value of its kind goes. An element that becomes empty stays where `required` has it.
void mend(DcmItem& item, DcmItem& required) {
  for (unsigned long i = item.card(); i-- > 0;) {
    DcmElement& element = *item.getElement(i);
    if (valid(element)) continue;
    const DcmTag tag = element.getTag();
    OFString first;
    element.getOFString(first, 0);
    item.putAndInsertString(tag, first.c_str());
    if (valid(*item.getElement(i))) continue;
    if (required.tagExists(tag)) {
      item.putAndInsertString(tag, "");
    } else {
      item.findAndDeleteElement(tag);
    }
  }
}

/// DICOM asks for the method where the identity was removed; anonymisers often leave it empty.
void mend_deidentification(DcmItem& item) {
  OFString removed, method;
  item.findAndGetOFString(DCM_PatientIdentityRemoved, removed);
  item.findAndGetOFString(DCM_DeidentificationMethod, method);
  if (removed != "YES" && removed != "NO") item.findAndDeleteElement(DCM_PatientIdentityRemoved);
  if (!method.empty()) return;
  if (removed == "YES") {
    item.putAndInsertString(DCM_DeidentificationMethod, "not stated in the images");
  } else {
    item.findAndDeleteElement(DCM_DeidentificationMethod);
  }
}

/// The attributes that must be there, if only empty.
void put_required(DcmItem& item) {
  for (const DcmTagKey& tag :
       {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate,
        DCM_StudyTime, DCM_StudyID, DCM_AccessionNumber, DCM_ReferringPhysicianName}) {
    item.putAndInsertString(tag, "");
  }
}

/// What the volume knows of them.
void put_known(DcmItem& item, const imaging::SeriesInfo& info) {
  const auto put = [&](const DcmTagKey& tag, const std::string& text) {
    if (!text.empty()) item.putAndInsertString(tag, text.c_str());
  };
  put(DCM_PatientName, info.patient_name);
  put(DCM_PatientID, info.patient_id);
  put(DCM_PatientSex, info.patient_sex);
  put(DCM_PatientAge, info.patient_age);
  put(DCM_StudyDate, info.study_date);
  put(DCM_StudyDescription, info.study_description);
  put(DCM_AccessionNumber, info.accession_number);
}

/// The file was read before the networks ran. It may have been moved since, or another patient's
/// may have taken its name; then what the volume knows must do.
/// @returns whether it is still there and the same
bool copy_from_first_file(DcmItem& identity, const imaging::CtVolume& volume) {
  try {
    return imaging::copy_identity(volume.slices.front(), volume.series, identity);
  } catch (const Error&) {
    return false;
  }
}

void fill_identity(DcmItem& identity, const imaging::CtVolume& volume) {
  DcmItem required;
  put_required(required);
  put_required(identity);
  put_known(identity, volume.series);
  identity.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
  copy_from_first_file(identity, volume);
  mend(identity, required);
  mend_deidentification(identity);
}

}  // namespace

void put_identity(DcmItem& item, const imaging::CtVolume& volume, const SourceUids& uids) {
  DcmItem identity;
  fill_identity(identity, volume);
  for (unsigned long i = 0; i < identity.card(); ++i) {
    item.insert(static_cast<DcmElement*>(identity.getElement(i)->clone()), OFTrue);
  }
  item.putAndInsertString(DCM_StudyInstanceUID, uids.study_uid.c_str());
  item.putAndInsertString(DCM_FrameOfReferenceUID, uids.frame_of_reference_uid.c_str());
  item.putAndInsertString(DCM_PositionReferenceIndicator, "");
}

std::string source_text(const imaging::CtVolume& volume, const SourceUids& uids) {
  std::string text;
  const auto add = [&](const std::string& part) {
    text += part;
    text += '\0';  // in no value
  };
  const auto add_all = [&](std::span<const double> numbers) {
    for (const double number : numbers) add(jcs::to_text(number));
  };
  DcmItem identity;
  put_identity(identity, volume, uids);
  for (unsigned long i = 0; i < identity.card(); ++i) {
    DcmElement& element = *identity.getElement(i);
    OFString value;
    element.getOFStringArray(value);
    add(element.getTag().toString().c_str());
    add(value.c_str());
  }
  add(uids.series_uid);
  add(volume.series.modality);
  add_all(std::array{static_cast<double>(volume.rows), static_cast<double>(volume.columns),
                     volume.row_spacing_mm, volume.column_spacing_mm, volume.slice_spacing_mm,
                     volume.series.slice_thickness_mm});
  add_all(volume.row_direction);
  add_all(volume.column_direction);
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const imaging::SliceInfo& slice = volume.slices[k];
    const SourceImage& image = uids.images[k];
    add(image.sop_class_uid + " " + image.sop_instance_uid + " " + std::to_string(image.frame) +
        (slice.oriented ? "" : " assumed"));
    if (slice.lossy) add("lossy " + slice.lossy->ratio + " " + slice.lossy->method);
    add_all(slice.position);
    add(jcs::to_text(slice.location_mm));
  }
  return text;
}

std::optional<std::chrono::minutes> source_utc_offset(const imaging::CtVolume& volume) {
  DcmItem identity;
  fill_identity(identity, volume);
  OFString offset;
  identity.findAndGetOFString(DCM_TimezoneOffsetFromUTC, offset);
  return utc_offset(offset.c_str());
}

std::optional<std::string> identity_warning(const imaging::CtVolume& volume) {
  DcmItem unused;
  if (copy_from_first_file(unused, volume)) return std::nullopt;
  return "The first image's file is gone or holds another image now: the DICOM results say of "
         "patient and study what was read before, and lack the rest, such as the date of birth.";
}

}  // namespace jcs::report
