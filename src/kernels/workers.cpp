#include <algorithm>
#include <atomic>
#include <exception>

#include "jcs/kernels/channels.hpp"

namespace jcs::kernels {

Workers one_thread() {
  return {1, [](std::int64_t count, const std::function<void(std::int64_t)>& task) {
            for (std::int64_t i = 0; i < count; ++i) task(i);
          }};
}

Workers openmp_threads(int threads) {
  return {threads, [threads](std::int64_t count, const std::function<void(std::int64_t)>& task) {
            const auto used = static_cast<int>(std::min<std::int64_t>(threads, count));
            std::atomic<std::int64_t> next = 0;
            std::exception_ptr error;
    // An exception must not leave a parallel region.
#pragma omp parallel num_threads(used)
            try {
              for (std::int64_t i = next++; i < count; i = next++) task(i);
            } catch (...) {
              next = count;
#pragma omp critical(jcs_kernels_workers)
              error = std::current_exception();
            }
            if (error) std::rethrow_exception(error);
          }};
}

}  // namespace jcs::kernels
