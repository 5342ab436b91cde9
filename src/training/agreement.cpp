#include "agreement.hpp"

#include <torch/torch.h>

#include "jcs/core/error.hpp"

namespace jcs::training {

bool agree_to_resume(parallel::Ranks* ranks, const nlohmann::json& identity,
                     const RunFolder& folder) {
  const bool here = std::filesystem::exists(folder.checkpoint());
  if (ranks == nullptr) {
    return here;
  }
  const auto identities = ranks->gather_texts(identity.dump());
  const auto seen = ranks->gather_texts(here ? "a checkpoint" : "none");
  for (std::size_t rank = 1; rank < seen.size(); ++rank) {
    if (identities[rank] != identities.front()) {
      throw UsageError({"was started with another configuration or other data than rank 0",
                        "rank " + std::to_string(rank)});
    }
    if (seen[rank] != seen.front()) {
      throw UsageError(
          {"does not see the run's folder as rank 0 does; put it on storage that all "
           "machines share",
           "rank " + std::to_string(rank) + ": " + folder.path().string(), seen.front(),
           seen[rank]});
    }
  }
  return here;
}

void share_network(parallel::Ranks* ranks, torch::nn::Module& network) {
  if (ranks == nullptr) {
    return;
  }
  std::vector<torch::Tensor> tensors = network.parameters();
  const auto buffers = network.buffers();
  tensors.insert(tensors.end(), buffers.begin(), buffers.end());
  const torch::NoGradGuard no_grad;
  ranks->broadcast(tensors);
}

}  // namespace jcs::training
