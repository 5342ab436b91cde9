#include "jcs/core/parallel.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

namespace {

using jcs::parallel_for;

TEST(ParallelFor, DoesEachPieceOnce) {
  for (const int threads : {0, 1, 3, 50}) {
    std::vector<std::atomic<int>> done(20);
    parallel_for(done.size(), threads, {}, [&](std::size_t i) { ++done[i]; });
    for (const auto& count : done) EXPECT_EQ(count, 1);
  }
  parallel_for(0, 4, {}, [](std::size_t) { FAIL(); });
}

// As a user says with --threads, for all that a program does.
TEST(ParallelFor, WorkOfNoNumberOfThreadsTakesTheUsualOne) {
  jcs::set_usual_threads(2);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  parallel_for(200, 0, {}, [&](std::size_t) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    const std::scoped_lock lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_LE(seen.size(), 2U);
  EXPECT_EQ(jcs::worker_count(0, 100), 2U);
  EXPECT_EQ(jcs::worker_count(3, 100), 3U);
  jcs::set_usual_threads(0);
  EXPECT_EQ(jcs::usual_threads(), jcs::available_cores());
}

TEST(ParallelFor, ThrowsTheFirstPiecesError) {
  for (int round = 0; round < 50; ++round) {
    try {
      parallel_for(100, 4, {}, [](std::size_t i) {
        if (i % 10 == 7) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "7");
    }
  }
}

TEST(ParallelFor, AStopEndsIt) {
  std::stop_source stop;
  std::atomic<int> done{0};
  EXPECT_THROW(parallel_for(1'000'000, 2, stop.get_token(),
                            [&](std::size_t) {
                              if (++done == 10) stop.request_stop();
                            }),
               jcs::Interrupted);
  EXPECT_LT(done, 1000);
}

TEST(WorkerCount, IsNeverMoreThanTheWork) {
  EXPECT_EQ(jcs::worker_count(8, 3), 3U);
  EXPECT_EQ(jcs::worker_count(2, 100), 2U);
  EXPECT_EQ(jcs::worker_count(0, 0), 1U);
  EXPECT_GE(jcs::worker_count(0, 100), 1U);
}

}  // namespace
