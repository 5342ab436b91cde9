#pragma once

#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// What a report may say of patient, study and series. With a pseudonym, the patient's and the
/// study's identifiers become codes that follow from them (the same patient, the same code), name,
/// accession number, dates, free texts and UIDs go; with none, the codes go too. Age, sex, scanner
/// and acquisition stay. The codes need no key, so whoever knows an identifier can tell its code.
imaging::SeriesInfo shown_series(const imaging::SeriesInfo& info, Identity identity);

/// What was diagnosed, as its user called it: only with the full identity, since folders and files
/// are often named after patients.
std::string shown_source(const ReportOptions& options);

/// A slice's file or SOP Instance UID: only with the full identity.
std::string shown_reference(const std::string& file_or_uid, Identity identity);

/// The warning with an ellipsis for what it cites of the study's texts: what stands in quotation
/// marks or brackets, and the names of files.
std::string without_citations(const std::string& warning);

/// The warnings of result and volume, none twice; without the full identity, without_citations().
/// Those of NIfTI files that are asked for follow.
std::vector<std::string> shown_warnings(const diagnosis::CaseResult& result,
                                        const imaging::CtVolume& volume,
                                        const ReportOptions& options);

}  // namespace jcs::report
