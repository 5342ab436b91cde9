#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "jcs/core/progress.hpp"

namespace jcs::app {

/// What every program has: `--quiet`, `--verbose`, `--version`, the exit codes in its help, Ctrl-C.
class App {
 public:
  /// `examples`: command lines with a word on each, shown below the options.
  App(const std::string& name, const std::string& description, const std::string& examples);

  CLI::App& cli() { return cli_; }
  /// Progress on stderr: a line that renews itself on a terminal, nothing elsewhere or with
  /// `--quiet`.
  Progress& progress();
  /// A line on stderr where progress is shown, and nowhere else.
  void tell(const std::string& line) const;
  [[nodiscard]] bool quiet() const { return quiet_; }
  /// Stop asked for by Ctrl-C or SIGTERM. A second Ctrl-C ends the program at once.
  [[nodiscard]] std::stop_token stop() const;

  /// `action` runs after the command line was understood, while the program has one thread.
  void at_start(std::function<void()> action) { at_start_ = std::move(action); }

  /// Parses the command line, then calls `body`. An Error becomes its line on stderr and its exit
  /// code.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  /// Somebody sees progress.
  [[nodiscard]] bool watched() const;

  CLI::App cli_;
  bool quiet_ = false;
  bool verbose_ = false;
  std::unique_ptr<Progress> progress_;
  std::function<void()> at_start_;
};

}  // namespace jcs::app
