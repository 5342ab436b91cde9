#pragma once

#include <optional>
#include <string>

namespace jcs::report {

/// How DICOM objects are made.
struct DicomOptions {
  /// Date and time that they were made, `YYYYMMDDHHMMSS`; empty: now. Where it is given, UIDs
  /// follow from the content and this time, so that the same result gives the same bytes; else they
  /// are new each time.
  std::string content_time{};
};

/// @throws UsageError when `content_time` is given and is no date and time: to be asked before the
/// long work, since writing an object asks it too late.
void require_valid(const DicomOptions& options);

/// A DICOM object that was written, for those that refer to it.
struct WrittenObject {
  std::string sop_class_uid, sop_instance_uid, series_uid;
  std::optional<int> opacity_segment, lungs_segment;  ///< numbers of the segments that there are
};

}  // namespace jcs::report
