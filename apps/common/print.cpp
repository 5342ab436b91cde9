#include "common/print.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

#include "jcs/core/file_stream.hpp"
#include "jcs/core/text.hpp"

namespace jcs::app {

void print(const std::string& text) {
  OutputFile out(::dup(STDOUT_FILENO), "standard output");
  out << text;
  out.close();
}

void print_lines(const std::string& text) {
  std::string clean;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    clean += printable(std::string_view(text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  print(clean);
}

}  // namespace jcs::app
