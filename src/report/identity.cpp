#include "identity.hpp"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <span>

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
  static const std::regex cited(R"re("[\s\S]*"|'[\s\S]*'|the first: [\s\S]*| \([^()]*\))re");
  return std::regex_replace(warning, cited, "\u2026");
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
