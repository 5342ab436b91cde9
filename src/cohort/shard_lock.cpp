#include "shard_lock.hpp"

#include <chrono>
#include <cstdio>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "jcs/core/error.hpp"

#include "study_state.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

fs::path lock_file(const fs::path& states, const Shard& shard) {
  return states / (".shard-" + std::to_string(shard.number) + "-of-" + std::to_string(shard.count) +
                   ".lock");
}

std::optional<Shard> shard_of(const std::string& name) {
  Shard shard;
  int end = 0;
  if (std::sscanf(name.c_str(), ".shard-%d-of-%d.lock%n", &shard.number, &shard.count, &end) != 2 ||
      static_cast<std::size_t>(end) != name.size() || shard.number < 1 || shard.count < 1) {
    return std::nullopt;
  }
  return shard;
}

// Two minutes: hundreds of shards may begin at once, on a file system that lists slowly. Held while
// locks are looked at and taken, so that two runs cannot miss each other.
OutputLock gate(const fs::path& states, const fs::path& cohort) {
  constexpr auto kPause = std::chrono::milliseconds(20);
  constexpr int kTries = 6000;
  for (int i = 0; i < kTries; ++i) {
    if (auto lock = OutputLock::if_free(states / ".lock", cohort)) {
      return *std::move(lock);
    }
    std::this_thread::sleep_for(kPause);
  }
  return {states / ".lock", cohort};
}

}  // namespace

bool may_share_studies(const Shard& a, const Shard& b) {
  return (a.number - b.number) % std::gcd(a.count, b.count) == 0;
}

OutputLock lock_shard(const fs::path& cohort, const Shard& shard) {
  const fs::path states = state_folder(cohort);
  const OutputLock held = gate(states, cohort);
  std::error_code error;
  for (fs::directory_iterator entry(states, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto other = shard_of(entry->path().filename().string());
    if (other && may_share_studies(*other, shard)) {
      // Free ones are of killed runs, and go as the lock is let go.
      const OutputLock was_free(entry->path(), cohort);
    }
  }
  return {lock_file(states, shard), cohort};
}

}  // namespace jcs::cohort
