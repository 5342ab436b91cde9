#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "jcs/report/dicom_options.hpp"

class DcmFileFormat;
class OFCondition;

namespace jcs::report {

/// What a new object is known by, and when it was made.
struct ObjectIdentity {
  std::string series_uid, sop_instance_uid;
  std::string date, time;  ///< of the content: DICOM's DA and TM
};

/// DICOM's Timezone Offset From UTC, `+0900` or `-0330`, or nothing where the text is none.
std::optional<std::chrono::minutes> utc_offset(const std::string& text);

/// `YYYYMMDDHHMMSS` in the zone of that offset from UTC; without one in the host's.
std::string date_and_time(std::chrono::system_clock::time_point time,
                          std::optional<std::chrono::minutes> offset);

/// @param kind tells the objects of one result apart
/// @param content all that the object holds, or a digest of it
/// @param offset of the times in the object, where it names one; `options.content_time` is taken as
/// it stands
/// @throws UsageError when `options.content_time` is no date and time
ObjectIdentity object_identity(const std::string& kind, const std::string& content,
                               std::optional<std::chrono::minutes> offset,
                               const DicomOptions& options);

/// A new UID for something inside an object, by name.
std::string inner_uid(const ObjectIdentity& identity, const std::string& name);

/// Writes a DICOM file, explicit little endian, whole or not at all. @throws OutputError
void write_dicom(const std::filesystem::path& file, DcmFileFormat& format);

/// @throws OutputError when the condition is no good one; `file` is what was to be written.
void require_good(const OFCondition& condition, const std::filesystem::path& file);

/// The number in at most 16 characters, as DICOM's decimal strings must be: the shortest that reads
/// back as the same double, else with as many digits as fit.
std::string decimal_string(double value);

}  // namespace jcs::report
