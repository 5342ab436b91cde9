#pragma once

#include <stdexcept>
#include <string>

namespace jcs {

/// What a program of jcs returns to its caller.
enum class ExitCode {
  kDone = 0,
  kUnforeseen = 1,    ///< anything that none of the others describes
  kUsage = 2,         ///< command line or configuration
  kInput = 3,         ///< input data: DICOM files, pictures, manifests
  kWeights = 4,       ///< weight files
  kOutput = 5,        ///< output cannot be written
  kInterrupted = 130  ///< Ctrl-C or SIGTERM; a resumable state was left where one was promised
};

/// What went wrong, where, what was expected and what was found instead. Empty parts are left out.
struct Problem {
  std::string what;
  std::string where{};  ///< file, `file:line`, DICOM tag, tensor name, option
  std::string expected{};
  std::string got{};
};

/// One line: `where: what (expected E, got G)`. Control characters become `?`, so that a hostile
/// name can neither break the line nor drive a terminal.
std::string to_line(const Problem& problem);

/// Base of every error that jcs foresees. `what()` is one line fit to be shown to a user.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const Problem& problem)
      : std::runtime_error(to_line(problem)), code_(code) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Command line or configuration (exit code 2).
class UsageError : public Error {
 public:
  explicit UsageError(const Problem& problem) : Error(ExitCode::kUsage, problem) {}
};

/// Input data (exit code 3).
class InputError : public Error {
 public:
  explicit InputError(const Problem& problem) : Error(ExitCode::kInput, problem) {}
};

/// Weight files (exit code 4).
class WeightsError : public Error {
 public:
  explicit WeightsError(const Problem& problem) : Error(ExitCode::kWeights, problem) {}
};

/// Output that cannot be written (exit code 5).
class OutputError : public Error {
 public:
  explicit OutputError(const Problem& problem) : Error(ExitCode::kOutput, problem) {}
};

/// The user asked to stop (exit code 130).
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& what) : Error(ExitCode::kInterrupted, Problem{what}) {}
};

}  // namespace jcs
