#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "jcs/kernels/channels.hpp"

namespace jcs::kernels {
namespace {

TEST(Workers, DoEveryTaskOnce) {
  for (const Workers& workers : {one_thread(), openmp_threads(1), openmp_threads(3)}) {
    for (const std::int64_t count : {0, 1, 2, 100}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      workers.run(count, [&](std::int64_t i) { ++done[static_cast<std::size_t>(i)]; });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

}  // namespace
}  // namespace jcs::kernels
