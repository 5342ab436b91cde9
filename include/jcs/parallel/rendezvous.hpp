#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace jcs::parallel {

/// How this process finds the others that train with it.
struct Rendezvous {
  int rank = 0;        ///< 0 .. size - 1, one process each
  int size = 1;        ///< processes in all
  int local_rank = 0;  ///< among those of this machine: the index of its GPU
  std::string
      address;   ///< host name or IP address of the meeting point, which rank 0's machine serves
  int port = 0;  ///< 1 .. 65535
  /// The launcher serves the meeting point already; otherwise rank 0 does.
  bool served = false;
  int attempt = 0;  ///< how often the launcher has started the processes anew
  /// Network interface that the ranks talk over; empty: the one that leads to `address`.
  std::string interface;

  std::chrono::seconds timeout{300};    ///< how long ranks wait for one another to appear
  std::chrono::seconds silence{20};     ///< a rank that showed no sign of life for so long is lost
  std::chrono::seconds patience{3600};  ///< how long one sum waits for a rank that is alive
};

/// Reads what torchrun sets (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT,
/// TORCHELASTIC_USE_AGENT_STORE, TORCHELASTIC_RESTART_COUNT) and GLOO_SOCKET_IFNAME through
/// `lookup`, which gives a variable's value or nothing.
/// @return nothing when WORLD_SIZE is absent: this process trains alone.
/// @throws UsageError for a variable that is missing, no number, or out of range.
std::optional<Rendezvous> rendezvous_from(
    const std::function<std::optional<std::string>(const std::string& name)>& lookup);

}  // namespace jcs::parallel
