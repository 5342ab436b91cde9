#pragma once

#include <string_view>

namespace jcs::report {

/// The files report.mustache, report.css and report.js, which the build puts into the library.
extern const std::string_view kPageTemplate;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace jcs::report
