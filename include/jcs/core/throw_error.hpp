#pragma once

#include "jcs/core/error.hpp"

namespace jcs {

/// Throws the error that has this code, an Error where none has.
[[noreturn]] void throw_error(ExitCode code, const Problem& problem);

}  // namespace jcs
