#include "jcs/core/error.hpp"

#include "jcs/core/text.hpp"
#include "jcs/core/utf8.hpp"

namespace jcs {

namespace {
// Lines cite files, which may hold a megabyte where a word should be. The longest path has 4 KiB.
constexpr std::size_t kMostOfPlace = 6000;
constexpr std::size_t kMostOfValue = 1000;
}  // namespace

std::string to_line(const Problem& problem) {
  std::string line;
  if (!problem.where.empty()) {
    line += shortened(problem.where, kMostOfPlace) + ": ";
  }
  line += shortened(problem.what, kMostOfPlace);
  if (!problem.expected.empty() || !problem.got.empty()) {
    line += " (";
    if (!problem.expected.empty()) {
      line += "expected " + shortened(problem.expected, kMostOfValue);
    }
    if (!problem.got.empty()) {
      line += (problem.expected.empty() ? "got " : ", got ") + shortened(problem.got, kMostOfValue);
    }
    line += ")";
  }
  return printable(line);
}

}  // namespace jcs
