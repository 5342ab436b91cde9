#include "jcs/core/throw_error.hpp"

namespace jcs {

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
