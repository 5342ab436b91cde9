#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jcs/cohort/study.hpp"

namespace jcs::cohort {

enum class Status {
  kDone,    ///< there is a result, made with the settings asked for, and sent where that is asked
  kUnsent,  ///< there is such a result, which has not been sent
  kFailed,  ///< the last try ended with an error
  kPending  ///< anything else: not begun, under way, killed, made with other settings, or of files
            ///< that have changed since
};

constexpr const char* to_text(Status status) {
  switch (status) {
    case Status::kDone:
      return "done";
    case Status::kUnsent:
      return "unsent";
    case Status::kFailed:
      return "failed";
    case Status::kPending:
      break;
  }
  return "pending";
}

/// What is known of one study. All but the first three are of studies that have a result, as
/// result.json says; `error` of those that failed or could not be sent.
struct StudyRow {
  std::string name, path;
  Status status = Status::kPending;
  std::string verdict, severity;
  std::optional<double> positive_slices, slices, threshold;
  std::optional<double> opacity_ml;     ///< of all that is outlined
  std::optional<double> opacity_share;  ///< of the lungs' volume, 0 … 1
  std::optional<double> lungs_ml, seconds;
  std::vector<std::string> concerns;  ///< codes
  std::string error;                  ///< one line
  int exit_code = 0;

  bool operator==(const StudyRow&) const = default;
};

/// A row for each study, in their order, from what lies in the cohort's folder (see run.hpp).
/// Fields that a result.json lacks stay empty.
/// @param paths whether rows may hold paths and errors' texts; else `path` is empty and errors say
/// only of what kind they are
/// @param receiver Delivery::to; empty where nothing is to be sent
/// @param outdated by study: what stands in its state for files that have changed since, as far as
/// somebody has looked; nobody looks at them here
std::vector<StudyRow> study_rows(const std::filesystem::path& folder,
                                 const std::vector<Study>& studies, const std::string& settings,
                                 bool paths = true, const std::string& receiver = {},
                                 const std::map<std::string, std::string>& outdated = {});

/// cohort.csv: a header, then one line a row:
///   name, path, status, verdict, positive_slices, slices, threshold, opacity_ml, opacity_share,
///   severity, lungs_ml, seconds, concerns (codes, separated by blanks), exit_code, error
/// What is not known is empty. Numbers have a point and as many digits as they need.
std::string table_csv(const std::vector<StudyRow>& rows);

}  // namespace jcs::cohort
