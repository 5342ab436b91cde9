#pragma once

#include <optional>
#include <string>

#include "pickle_value.hpp"

// The meaning of the globals that files of tensors refer to.
namespace jcs::weights::pickle {

/// The global `name` ("module.name") when it is on the allow-list.
std::optional<Global> find_global(const std::string& name);

/// What calling `function` with `arguments` would give: built from its documented meaning, nothing
/// is called. @throws Malformed when the arguments are not what the function takes.
Value call(Document& document, const Global& function, const Tuple& arguments);

/// The storage that a persistent id describes. @throws Malformed
Storage storage_of(const Value& persistent_id);

}  // namespace jcs::weights::pickle
