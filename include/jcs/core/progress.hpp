#pragma once

#include <cstddef>
#include <stop_token>
#include <string_view>

namespace jcs {

/// How far a long job has come. The library reports here and never prints; programs show it.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` of `total` steps of `stage` are finished; total 0: not known. May be called from any
  /// thread.
  virtual void update(std::string_view stage, std::size_t done, std::size_t total) = 0;
  /// A word on how it goes (pace, time left), shown with the next updates of the stage under way
  /// instead of what can be told from the counts.
  virtual void remark(std::string_view) {}
};

/// The progress nobody watches.
Progress& no_progress();

/// @throws Interrupted when a stop was asked for. Long loops call it between two steps.
void throw_if_stopped(const std::stop_token& stop);

}  // namespace jcs
