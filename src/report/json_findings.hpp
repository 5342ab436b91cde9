#pragma once

#include <nlohmann/json.hpp>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// The field `findings` of result.json: lungs, opacities, lesions.
nlohmann::ordered_json findings_json(const diagnosis::Findings& findings);

/// The field `concerns` of result.json.
nlohmann::ordered_json concerns_json(const std::vector<diagnosis::Concern>& concerns);

}  // namespace jcs::report
