#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include "jcs/core/cores.hpp"
#include "jcs/core/progress.hpp"

namespace jcs {

/// `threads` as asked for, or usual_threads() when 0; never more than there is work.
inline std::size_t worker_count(int threads, std::size_t work) {
  const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : usual_threads());
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(work, 1));
}

/// Calls `work(i)` for i = 0 … count-1 from several threads. When calls throw, the exception of the
/// lowest index is thrown on, whatever the timing: indices are handed out in ascending order, so
/// all lower ones have been tried by then.
/// @throws Interrupted when a stop was asked for.
template <class Work>
void parallel_for(std::size_t count, int threads, const std::stop_token& stop, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> failed{count};
  std::exception_ptr error;
  std::mutex mutex;

  const auto run = [&] {
    while (!stop.stop_requested()) {
      const std::size_t index = next.fetch_add(1);
      if (index >= count || index > failed.load()) return;
      try {
        work(index);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (index < failed.load()) {
          failed = index;
          error = std::current_exception();
        }
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < worker_count(threads, count); ++i) {
      try {
        pool.emplace_back(run);
      } catch (const std::system_error&) {
        break;  // no more threads to be had: the others do the work
      }
    }
    run();
  }
  throw_if_stopped(stop);
  if (error) std::rethrow_exception(error);
}

}  // namespace jcs
