#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::report {

/// Valid UTF-8 on one line: bytes that are no UTF-8 become U+FFFD, control characters blanks.
std::string clean_text(std::string_view text);

/// The cleaned text, or "not given".
std::string or_not_given(std::string_view text);

/// With so many digits behind the point and a true minus sign; "not known" when not finite.
std::string fixed(double value, int digits);

/// `1 slice`, `2 slices`
std::string counted(std::int64_t count, std::string_view noun);

/// DICOM's `DOE^JANE`, `20200131` and `045Y` for human eyes; other text stays.
std::string shown_name(std::string_view person_name);
std::string shown_date(std::string_view date);
std::string shown_age(std::string_view age);

/// Of the opacities of a slice that the segmenter was not shown.
inline constexpr const char* kNotLookedAt = "not looked at";

/// `43.5 %`
std::string percent(double share);

/// Whether the warning says what a concern says: concerns are warnings, too.
bool is_concern(const diagnosis::CaseResult& result, const std::string& warning);

/// The warnings of the result, then those of the volume, none twice.
std::vector<std::string> all_warnings(const diagnosis::CaseResult& result,
                                      const imaging::CtVolume& volume);

}  // namespace jcs::report
