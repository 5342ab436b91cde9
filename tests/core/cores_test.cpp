#include "jcs/core/cores.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

namespace {

TEST(Cores, FollowTheAffinityMask) {
  int pinned = 0;
  // The mask is a thread's own, so a thread of this test's own wears it.
  std::thread([&pinned] {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &allowed)) {
        CPU_SET(core, &one);
        break;
      }
    }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    pinned = jcs::available_cores();
  }).join();
  EXPECT_EQ(pinned, 1);
  EXPECT_GE(jcs::available_cores(), 1);
  EXPECT_LE(jcs::available_cores(), static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace
