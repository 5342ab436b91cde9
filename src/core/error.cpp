#include "jcs/core/error.hpp"

#include "jcs/core/text.hpp"

namespace jcs {

std::string to_line(const Problem& problem) {
  std::string line;
  if (!problem.where.empty()) {
    line += problem.where + ": ";
  }
  line += problem.what;
  if (!problem.expected.empty() || !problem.got.empty()) {
    line += " (";
    if (!problem.expected.empty()) {
      line += "expected " + problem.expected;
    }
    if (!problem.got.empty()) {
      line += (problem.expected.empty() ? "got " : ", got ") + problem.got;
    }
    line += ")";
  }
  return printable(line);
}

}  // namespace jcs
