#pragma once

#include <exception>
#include <optional>
#include <string>

#include "jcs/core/error.hpp"

namespace jcs {

/// A GPU failed, or vanished, under the program (exit code 1). Whatever is tried on it afterwards
/// in the same process fails as well: what is under way ends, and nothing is wrong with its input.
class DeviceFailure : public Error {
 public:
  explicit DeviceFailure(const Problem& problem)
      : Error(ExitCode::kUnforeseen, problem), said_(problem.got) {}
  /// The library's words, one line.
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  std::string said_;
};

/// What CUDA's libraries say of a failing device, through whichever of them it came, as one line;
/// nothing where `error` is about something else, or about memory that was not free, which is no
/// failure.
std::optional<DeviceFailure> device_failure(const std::exception& error);

}  // namespace jcs
