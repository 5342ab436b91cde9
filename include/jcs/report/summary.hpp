#pragma once

#include <string>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// What the verdict rests on, in one or two plain sentences.
std::string verdict_reason(const diagnosis::CaseResult& result);

/// `verdict: `, the verdict and what it rests on, in one line without its end.
std::string verdict_line(const diagnosis::CaseResult& result);

/// The result in three to seven lines for a terminal, each closed by a newline: verdict, opacities,
/// lungs, most suspicious slice, time, warnings, research notice.
std::string short_summary(const diagnosis::CaseResult& result);

}  // namespace jcs::report
