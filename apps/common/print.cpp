#include "common/print.hpp"

#include <cstdio>

#include "jcs/core/error.hpp"

namespace jcs::app {

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw OutputError({"cannot be written", "standard output"});
  }
}

}  // namespace jcs::app
