#pragma once

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>

#include "jcs/parallel/ranks.hpp"
#include "jcs/training/run_folder.hpp"

namespace jcs::training {

/// Whether there is a checkpoint to go on from; the same answer on all processes (`ranks`: none for
/// one alone). @throws UsageError when they were started with different configurations or data, or
/// do not see the same folder.
bool agree_to_resume(parallel::Ranks* ranks, const nlohmann::json& identity,
                     const RunFolder& folder);

/// Rank 0's weights and buffers on all. Statistics of batch norms differ between the ranks, and a
/// checkpoint holds rank 0's: where one is written, all go on with them.
void share_network(parallel::Ranks* ranks, torch::nn::Module& network);

}  // namespace jcs::training
