// Files of safetensors and what their metadata say of a network. What was read is written and read
// again.
#include "jcs/weights/model_card.hpp"
#include "jcs/weights/model_file.hpp"
#include "jcs/weights/safetensors.hpp"
#include "jcs/weights/tensor_file.hpp"

#include "fuzz/custom_mutator.hpp"
#include "fuzz/safetensors_mutation.hpp"
#include "fuzz/scratch.hpp"

namespace {

using namespace jcs;

void read_twice(const std::filesystem::path& file) {
  const weights::TensorFile read = weights::read_tensors(file);
  const auto again = fuzz::scratch().folder() / "again.safetensors";
  weights::write_safetensors(again, read.tensors, read.metadata);
  try {
    const weights::TensorFile second = weights::read_tensors(again);
    if (second.metadata != read.metadata || second.tensors.size() != read.tensors.size()) {
      std::abort();
    }
  } catch (const Error&) {
    std::abort();  // we refuse what we wrote
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::scratch().file("model.safetensors", fuzz::text(data, size));
  fuzz::refuse_or_read([&] { read_twice(file); });
  fuzz::refuse_or_read([&] {
    const weights::TensorFile read = weights::read_tensors(file);
    const auto card = weights::card_of(read.metadata, file.string());
    if (!card) return;
    weights::to_metadata(*card);
    weights::require_fit(*card, read.tensors, file.string());
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutated(data, size, max_size, seed, fuzz::mutate_safetensors);
}
