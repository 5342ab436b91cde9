#pragma once

#include <filesystem>

#include "jcs/cohort/shard.hpp"
#include "jcs/core/output_lock.hpp"

namespace jcs::cohort {

/// Whether some study of a cohort, however many it has, may be in both.
bool may_share_studies(const Shard& a, const Shard& b);

/// The lock of a shard, in the cohort's folder of states, which must exist.
/// @throws OutputError when a run is under way that may do studies of this shard
OutputLock lock_shard(const std::filesystem::path& cohort, const Shard& shard);

}  // namespace jcs::cohort
