#pragma once

#include <string_view>

namespace jcs::cohort {

/// The files cohort.mustache, cohort.css and cohort.js, which the build puts into the library.
extern const std::string_view kPageTemplate;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace jcs::cohort
