#include <atomic>
#include <filesystem>
#include <iterator>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/waiting_threads.hpp"

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

TEST(Workers, HandOnWhatATaskThrows) {
  for (const Workers& workers : {one_thread(), openmp_threads(3)}) {
    EXPECT_THROW(workers.run(50,
                             [](std::int64_t i) {
                               if (i == 7) throw std::bad_alloc();
                             }),
                 std::bad_alloc);
    std::atomic<int> done = 0;
    workers.run(5, [&](std::int64_t) { ++done; });
    EXPECT_EQ(done, 5);
  }
}

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(WaitingThreads, AreJoinedByAnIdleTeamOnce) {
  let_waiting_threads_sleep();
  const std::size_t threads = threads_of_this_process();
  EXPECT_GT(threads, std::thread::hardware_concurrency());
  let_waiting_threads_sleep();
  EXPECT_EQ(threads_of_this_process(), threads);
}

}  // namespace
}  // namespace jcs::kernels
