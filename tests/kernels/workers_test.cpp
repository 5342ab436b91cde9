#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

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

TEST(Workers, OfNothingStartNoTeam) {
  const Workers workers = openmp_threads(4);
  workers.run(0, [](std::int64_t) { FAIL(); });
  workers.run(-1, [](std::int64_t) { FAIL(); });
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

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need address space
// As where a container may have few processes: here there is room for the stack of one thread
// alone.
TEST(WaitingThreadsDeathTest, AreLeftAloneWhereTheSystemGrantsNoMoreThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto with_little_room = [] {
    unsigned long pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    constexpr rlim_t kRoom = rlim_t{12} << 20U;
    const rlim_t most = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + kRoom;
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
    let_waiting_threads_sleep();
    std::_Exit(0);
  };
  EXPECT_EXIT(with_little_room(), testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace jcs::kernels
