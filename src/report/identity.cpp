#include "identity.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "jcs/core/hash.hpp"

#include "format.hpp"
#include "nifti_files.hpp"

namespace jcs::report {

namespace {

constexpr std::size_t kCodeLength = 10;

/// The kind keeps a patient's and a study's code apart where both carry the same identifier.
std::string code(const char* kind, const std::string& identifier) {
  if (identifier.empty()) return {};
  const std::string text = std::string(kind) + "\n" + identifier;
  return std::string(kind) + "-" + sha256(std::as_bytes(std::span(text))).substr(0, kCodeLength);
}

/// What a warning cites of the study: it stands in quotation marks or brackets, or ends the warning
/// behind the words that announce it. Names hold brackets, quotation marks and those words
/// themselves, so a citation goes as far as anything that opens within it may reach.
class Citations {
 public:
  explicit Citations(std::string_view warning)
      : warning_(warning),
        double_quote_(warning.rfind('"')),
        single_quote_(warning.rfind('\'')),
        bracket_(warning.rfind(')')) {}

  /// Where the citation ends that opens at `at`; `at` itself: none does.
  [[nodiscard]] std::size_t end(std::size_t at) const {
    const std::string_view rest = warning_.substr(at);
    for (const std::string_view words : {"the first: ", "The files: "}) {
      if (rest.starts_with(words)) return warning_.size();
    }
    if (rest.starts_with('"')) return behind(double_quote_, at);
    if (rest.starts_with('\'')) return behind(single_quote_, at);
    if (!rest.starts_with(" (")) return at;
    const bool closed = bracket_ != std::string_view::npos && bracket_ > at;
    return closed ? bracket_ + 1 : warning_.size();
  }

 private:
  /// A quotation mark without another is an apostrophe.
  static std::size_t behind(std::size_t last, std::size_t at) { return last > at ? last + 1 : at; }

  std::string_view warning_;
  std::size_t double_quote_, single_quote_, bracket_;  ///< the last of each
};

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

std::string without_citations(const std::string& warning) {
  // Not by a regular expression: the standard library's recurses for every character, and a
  // description of a series may have as many as overflow the stack.
  const Citations citations(warning);
  std::string shown;
  std::size_t end = 0;  // of the citation that began last
  for (std::size_t at = 0; at < warning.size(); ++at) {
    const std::size_t opened = citations.end(at);
    if (at >= end && opened > at) shown += "\u2026";
    end = std::max(end, opened);
    if (at >= end) shown += warning[at];
  }
  return shown;
}

std::string shown_source(const ReportOptions& options) {
  return options.identity == Identity::kFull ? options.source : "";
}

std::string shown_reference(const std::string& file_or_uid, Identity identity) {
  return identity == Identity::kFull ? file_or_uid : "";
}

std::vector<std::string> shown_warnings(const diagnosis::CaseResult& result,
                                        const imaging::CtVolume& volume,
                                        const ReportOptions& options) {
  std::vector<std::string> warnings = all_warnings(result, volume);
  if (options.identity != Identity::kFull) {
    std::transform(warnings.begin(), warnings.end(), warnings.begin(), without_citations);
  }
  for (std::string& warning : nifti_warnings(result, volume, options)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace jcs::report
