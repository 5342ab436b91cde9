// What a training goes on from.
#include <torch/nn.h>

#include "jcs/training/checkpoint.hpp"
#include "jcs/training/optimizer.hpp"

#include "fuzz/custom_mutator.hpp"
#include "fuzz/safetensors_mutation.hpp"
#include "fuzz/scratch.hpp"

namespace {

using namespace jcs;

void load(const std::filesystem::path& file, training::OptimizerOptions::Kind kind) {
  torch::nn::Linear network(2, 1);  // as that of the seeds
  training::OptimizerOptions options;
  options.kind = kind;
  const auto optimizer = training::make_optimizer(*network, options);
  const training::RunState state =
      training::load_checkpoint(file, {{"seed", 1}}, *network, *optimizer);
  training::save_checkpoint(fuzz::scratch().folder() / "again.ckpt", state, *network, *optimizer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::scratch().file("last.ckpt", fuzz::text(data, size));
  fuzz::refuse_or_read([&] { load(file, training::OptimizerOptions::Kind::kAdam); });
  fuzz::refuse_or_read([&] { load(file, training::OptimizerOptions::Kind::kSgd); });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutated(data, size, max_size, seed, fuzz::mutate_safetensors);
}
