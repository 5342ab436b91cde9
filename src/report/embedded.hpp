#pragma once

#include <string_view>

namespace jcs::report {

/// The files report.mustache and report.css, which the build puts into the library.
extern const std::string_view kPageTemplate;
extern const std::string_view kStyle;

}  // namespace jcs::report
