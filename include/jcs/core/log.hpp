#pragma once

#include <memory>

#include <spdlog/logger.h>

namespace jcs {

/// The logger of the library. It has no sink until a program gives it one: the library itself never
/// prints.
spdlog::logger& log();

}  // namespace jcs
