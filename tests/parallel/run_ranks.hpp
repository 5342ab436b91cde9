#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "free_port.hpp"
#include "support/process.hpp"

namespace jcs::test {

/// What each of `ranks` processes says that runs `what` of the rank program, as process `rank` of
/// `size`.
struct RankCall {
  int rank = 0;
  int size = 1;
};

inline Finished run_rank(const std::string& what, const RankCall& call, int port, int timeout) {
  return run_program({JCS_RANK_PROGRAM, what, std::to_string(call.rank), std::to_string(call.size),
                      std::to_string(port), std::to_string(timeout)});
}

inline std::vector<Finished> run_ranks(const std::string& what, const std::vector<RankCall>& calls,
                                       int timeout = 20, int port = free_port()) {
  std::vector<Finished> finished(calls.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    threads.emplace_back([&, i] { finished[i] = run_rank(what, calls[i], port, timeout); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return finished;
}

inline std::vector<Finished> run_ranks(const std::string& what, int size) {
  std::vector<RankCall> calls;
  for (int rank = 0; rank < size; ++rank) {
    calls.push_back({rank, size});
  }
  return run_ranks(what, calls);
}

}  // namespace jcs::test
