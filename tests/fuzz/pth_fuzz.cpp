// Files of torch.save, zip and legacy. What is read can be looked at, every number of it.
#include <ATen/Functions.h>

#include "jcs/weights/tensor_file.hpp"

#include "fuzz/custom_mutator.hpp"
#include "fuzz/scratch.hpp"
#include "fuzz/torch_mutation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const auto file = fuzz::scratch().file("weights.pth", fuzz::text(data, size));
  fuzz::refuse_or_read([&] {
    for (const auto& [name, tensor] : weights::read_tensors(file).tensors) {
      if (tensor.numel() > 0) tensor.to(at::kDouble).sum();
    }
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return jcs::fuzz::mutated(data, size, max_size, seed, jcs::fuzz::mutate_torch);
}
