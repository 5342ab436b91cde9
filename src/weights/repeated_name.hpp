#pragma once

#include <optional>
#include <string>

namespace jcs::weights {

/// The first name that stands twice in the outermost object of a JSON text; parsed, only one of
/// them would be left. Nothing where all differ or where the text is no JSON.
std::optional<std::string> repeated_name(const std::string& json);

}  // namespace jcs::weights
