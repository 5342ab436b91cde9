#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "jcs/kernels/channels.hpp"

namespace jcs::kernels {

namespace {

void on_team(int threads, const std::function<void()>& work) {
#if defined(_OPENMP) && !defined(__SANITIZE_THREAD__)
#pragma omp parallel num_threads(threads)
  work();
#else
  // Nobody tells the sanitizer when GCC's OpenMP begins and ends a region; of threads it knows. And
  // another compiler's OpenMP has a runtime of its own, beside LibTorch's.
  std::vector<std::jthread> team;
  for (int i = 1; i < threads; ++i) team.emplace_back(work);
  work();
#endif
}

}  // namespace

Workers one_thread() {
  return {1, [](std::int64_t count, const std::function<void(std::int64_t)>& task) {
            for (std::int64_t i = 0; i < count; ++i) task(i);
          }};
}

Workers openmp_threads(int threads) {
  return {threads, [threads](std::int64_t count, const std::function<void(std::int64_t)>& task) {
            if (count <= 0) return;
            const auto used = static_cast<int>(std::min<std::int64_t>(threads, count));
            std::atomic<std::int64_t> next = 0;
            std::mutex mutex;
            std::exception_ptr error;
            // An exception must not leave a parallel region.
            const auto work = [&] {
              try {
                for (std::int64_t i = next++; i < count; i = next++) task(i);
              } catch (...) {
                next = count;
                const std::scoped_lock lock(mutex);
                error = std::current_exception();
              }
            };
            on_team(used, work);
            if (error) std::rethrow_exception(error);
          }};
}

}  // namespace jcs::kernels
