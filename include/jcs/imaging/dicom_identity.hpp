#pragma once

#include "jcs/imaging/ct_volume.hpp"

class DcmItem;

namespace jcs::imaging {

/// Copies who the patient is and what the study is called, the attributes of DICOM's patient,
/// study and patient study modules, from a slice's file into `to`, where its texts become UTF-8
/// (Specific Character Set ISO_IR 192). Attributes that the file lacks, or that are longer than
/// 64 KiB in it, stay as they are in `to`. UIDs are not copied.
/// @returns false, and copies nothing, where the file has another SOP Instance UID, Study Instance
/// UID or Patient ID than `slice` and `series`: it has been replaced since it was read
/// @throws InputError when the file cannot be read or is no DICOM
bool copy_identity(const SliceInfo& slice, const SeriesInfo& series, DcmItem& to);

}  // namespace jcs::imaging
