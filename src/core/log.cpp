#include "jcs/core/log.hpp"

#include "jcs/core/log_text.hpp"

namespace jcs {

spdlog::logger& log() {
  static spdlog::logger logger("jcs");
  return logger;
}

void log_debug(std::string_view line) { log().debug("{}", line); }

void log_info(std::string_view line) { log().info("{}", line); }

void log_warning(std::string_view line) { log().warn("{}", line); }

void log_warnings_only() { log().set_level(spdlog::level::warn); }

}  // namespace jcs
