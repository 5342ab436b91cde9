#include "jcs/core/error.hpp"

#include "jcs/core/text.hpp"

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

void throw_error(ExitCode code, const Problem& problem) {
  switch (code) {
    case ExitCode::kUsage:
      throw UsageError(problem);
    case ExitCode::kInput:
      throw InputError(problem);
    case ExitCode::kWeights:
      throw WeightsError(problem);
    case ExitCode::kOutput:
      throw OutputError(problem);
    default:
      throw Error(code, problem);
  }
}

}  // namespace jcs
