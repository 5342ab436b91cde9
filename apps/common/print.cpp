#include "common/print.hpp"

#include <unistd.h>

#include "jcs/core/file_stream.hpp"

namespace jcs::app {

void print(const std::string& text) {
  OutputFile out(::dup(STDOUT_FILENO), "standard output");
  out << text;
  out.close();
}

}  // namespace jcs::app
