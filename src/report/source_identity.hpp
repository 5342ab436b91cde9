#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "jcs/imaging/ct_volume.hpp"

#include "source_uids.hpp"

class DcmItem;

namespace jcs::report {

/// Puts the identity of the series' patient and study into a data set, as UTF-8: from its first
/// file, or, where that is gone or another image's by now, what the volume knows of it. Values that
/// DICOM does not allow are left out, so that no file's fault keeps a result from being written.
/// Study and frame of reference are those of `uids`.
void put_identity(DcmItem& item, const imaging::CtVolume& volume, const SourceUids& uids);

/// All that objects hold of their sources: the identity of put_identity(), what images they refer
/// to and where those lie. For identifiers that follow from the content: of two objects that differ
/// none may bear the other's.
std::string source_text(const imaging::CtVolume& volume, const SourceUids& uids);

/// The offset from UTC that put_identity() takes from the study, which then holds for every time in
/// an object; nothing where the study names none.
std::optional<std::chrono::minutes> source_utc_offset(const imaging::CtVolume& volume);

/// What readers should know where the first file no longer tells who the patient is, one sentence.
std::optional<std::string> identity_warning(const imaging::CtVolume& volume);

}  // namespace jcs::report
