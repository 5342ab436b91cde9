#include "jcs/core/log.hpp"

namespace jcs {

spdlog::logger& log() {
  static spdlog::logger logger("jcs");
  return logger;
}

}  // namespace jcs
