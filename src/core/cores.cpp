#include "jcs/core/cores.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <sched.h>

#include "jcs/core/text.hpp"

namespace jcs {

namespace {

std::atomic<int> g_usual_threads{0};

int cores_by_affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    return CPU_COUNT(&set);
  }
  return static_cast<int>(std::thread::hardware_concurrency());  // more cores than the mask holds
}

std::optional<double> quotient(const std::string& quota, const std::string& period) {
  const auto time = parse_number(quota);
  const auto of = parse_number(period);
  if (!time || !of || *time <= 0 || *of <= 0) {
    return std::nullopt;  // "max" or -1: no limit
  }
  return *time / *of;
}

// Cores' worth of time that the control group at the root of this process's view grants: that is
// where a container sees its own limit.
std::optional<double> cores_by_quota() {
  std::string quota, period;
  if (std::ifstream("/sys/fs/cgroup/cpu.max") >> quota >> period) {
    return quotient(quota, period);
  }
  if (std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota &&
      std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period) {
    return quotient(quota, period);
  }
  return std::nullopt;
}

}  // namespace

int available_cores() {
  int cores = cores_by_affinity();
  if (const auto quota = cores_by_quota()) {
    cores = std::min(cores, static_cast<int>(std::ceil(*quota)));
  }
  return std::max(cores, 1);
}

void set_usual_threads(int threads) { g_usual_threads = threads; }

int usual_threads() {
  const int threads = g_usual_threads;
  return threads > 0 ? threads : available_cores();
}

}  // namespace jcs
