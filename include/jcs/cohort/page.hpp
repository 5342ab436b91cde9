#pragma once

#include <string>
#include <vector>

#include "jcs/cohort/table.hpp"

namespace jcs::cohort {

/// index.html: one page with a row a study, verdicts counted, failures with their reasons; rows
/// link to studies/NAME/report.html, can be sorted and searched. Nothing is loaded from elsewhere,
/// and only the page's own script runs.
std::string cohort_page(const std::vector<StudyRow>& rows);

}  // namespace jcs::cohort
