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

/// A DICOM object that was written, for those that refer to it.
struct WrittenObject {
  std::string sop_class_uid, sop_instance_uid, series_uid;
  std::optional<int> opacity_segment, lungs_segment;  ///< numbers of the segments that there are
};

}  // namespace jcs::report
