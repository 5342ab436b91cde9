#include "identity.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "jcs/core/hash.hpp"

#include "format.hpp"

namespace jcs::report {

namespace {

constexpr std::size_t kCodeLength = 10;

/// The kind keeps a patient's and a study's code apart where both carry the same identifier.
std::string code(const char* kind, const std::string& identifier) {
  if (identifier.empty()) return {};
  const std::string text = std::string(kind) + "\n" + identifier;
  return std::string(kind) + "-" + sha256(std::as_bytes(std::span(text))).substr(0, kCodeLength);
}

/// What a warning cites of the study stands in quotation marks or ends it, behind "the first:".
std::string without_citations(const std::string& warning) {
  static constexpr std::string_view kFirst = "the first: ";
  // Not by a regular expression: the standard library's recurses for every character, and a
  // description of a series may have as many as overflow the stack.
  std::string shown;
  for (std::size_t at = 0; at < warning.size();) {
    std::size_t end = at;
    if (warning[at] == '"' || warning[at] == '\'') {
      const std::size_t last = warning.rfind(warning[at]);
      end = last > at ? last + 1 : at;
    } else if (warning.compare(at, kFirst.size(), kFirst) == 0) {
      end = warning.size();
    } else if (warning.compare(at, 2, " (") == 0) {
      const std::size_t bracket = warning.find_first_of("()", at + 2);
      end = bracket != std::string::npos && warning[bracket] == ')' ? bracket + 1 : at;
    }
    shown += end > at ? std::string("\u2026") : std::string(1, warning[at]);
    at = std::max(end, at + 1);
  }
  return shown;
}

}  // namespace

imaging::SeriesInfo shown_series(const imaging::SeriesInfo& info, Identity identity) {
  if (identity == Identity::kFull) return info;
  imaging::SeriesInfo shown = info;
  const bool coded = identity == Identity::kPseudonym;
  const std::string& patient = info.patient_id.empty() ? info.patient_name : info.patient_id;
  shown.patient_id = coded ? code("patient", patient) : "";
  shown.study_uid = coded ? code("study", info.study_uid) : "";
  shown.patient_name.clear();
  shown.study_date.clear();
  shown.accession_number.clear();
  shown.study_description.clear();
  shown.series_description.clear();
  shown.series_uid.clear();
  shown.frame_of_reference_uid.clear();
  return shown;
}

std::string shown_source(const ReportOptions& options) {
  return options.identity == Identity::kFull ? options.source : "";
}

std::string shown_reference(const std::string& file_or_uid, Identity identity) {
  return identity == Identity::kFull ? file_or_uid : "";
}

std::vector<std::string> shown_warnings(const diagnosis::CaseResult& result,
                                        const imaging::CtVolume& volume, Identity identity) {
  std::vector<std::string> warnings = all_warnings(result, volume);
  if (identity != Identity::kFull) {
    std::transform(warnings.begin(), warnings.end(), warnings.begin(), without_citations);
  }
  return warnings;
}

}  // namespace jcs::report
