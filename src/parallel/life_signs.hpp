#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <torch/csrc/distributed/c10d/Store.hpp>

namespace jcs::parallel {

/// Tells the other ranks every second that this one lives and watches theirs. A process that is
/// killed closes its connections and the next sum fails at once; one that hangs, or whose machine
/// vanishes, closes nothing, and only its silence tells.
class LifeSigns {
 public:
  /// `store`: a connection of its own, since a request that waits keeps a connection busy.
  /// `served_by_first`: rank 0 serves the store, so the store's end is rank 0's.
  LifeSigns(c10::intrusive_ptr<c10d::Store> store, int rank, int size,
            std::chrono::milliseconds silence, bool served_by_first);
  ~LifeSigns();
  LifeSigns(const LifeSigns&) = delete;
  LifeSigns& operator=(const LifeSigns&) = delete;

  /// Who is lost, in words; empty: nobody, as far as is known.
  [[nodiscard]] std::string lost() const;

  /// After a broken connection: who is behind it, in words, found out within a few seconds and told
  /// to the others; empty: all seem to live.
  [[nodiscard]] std::string find_lost();

  /// Tells the others that this rank is going. `until_all_have`: returns once all have gone or are
  /// silent, or after a few seconds.
  void leave(bool until_all_have);

 private:
  struct State;
  static void watch(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace jcs::parallel
