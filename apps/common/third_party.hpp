#pragma once

#include <span>
#include <string>
#include <string_view>

namespace jcs::app {

/// A library of others whose code is in the program itself: headers alone, no file of its own.
struct CompiledIn {
  std::string_view name;
  std::string_view version;
  /// SPDX expression.
  std::string_view licence;
};

/// What is compiled into this program. The build writes it for each program from what it links.
std::span<const CompiledIn> compiled_in();

/// The third-party parts of the running program, one a line: `NAME VERSION, LICENCE: where it is`.
/// Versions are told by the libraries that are loaded, not by those that it was built with; `(ABI
/// N)` where a library tells no more than what it is compatible with. What the system's libraries
/// load in turn and we have no entry for is named by file in the last line.
std::string third_party();

}  // namespace jcs::app
