#include "jcs/kernels/waiting_threads.hpp"

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#if defined(_OPENMP)
#include <omp.h>
#endif
#include <unistd.h>

namespace jcs::kernels {

#if defined(_OPENMP)

namespace {

/// Whether the system lets so many more threads run at once. The runtime ends the program where it
/// does not, in a container of few processes, say.
bool threads_to_be_had(int count) {
  std::atomic<bool> over = false;
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  bool all = true;
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back([&over] { over.wait(false); });
  } catch (const std::exception&) {  // none to be had, or no memory for it
    all = false;
  }
  over = true;
  over.notify_all();
  return all;
}

void start_idle_team() {
  if (!threads_to_be_had(omp_get_num_procs())) return;
  // It outlives this call: the new thread still touches it after the wait is over.
  static std::atomic<bool> started = false;
  std::thread([] {
    std::atomic<int> there = 0;
#pragma omp parallel num_threads(omp_get_num_procs())
    ++there;
    started = true;
    started.notify_one();
    for (;;) ::pause();
  }).detach();
  started.wait(false);
}

}  // namespace

void let_waiting_threads_sleep() {
  static const bool kOnce = [] {
    start_idle_team();
    return true;
  }();
  static_cast<void>(kOnce);
}

#else  // no team of GNU's runtime but LibTorch's: a build for tests with another compiler

void let_waiting_threads_sleep() {}

#endif

}  // namespace jcs::kernels
