#include "fitting_batches.hpp"

#include <algorithm>
#include <vector>

#include <c10/util/Exception.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"

namespace jcs::inference {

std::int64_t fitting_slices(std::int64_t bytes, std::int64_t free_bytes) {
  return std::max<std::int64_t>(free_bytes / 2 / std::max<std::int64_t>(bytes, 1), 1);
}

at::Tensor in_fitting_batches(const at::Tensor& batch, std::int64_t& most,
                              const std::function<at::Tensor(const at::Tensor&)>& run,
                              const std::function<void()>& make_room) {
  const std::int64_t slices = batch.size(0);
  std::vector<at::Tensor> answers;
  std::int64_t done = 0, part = slices;
  do {
    while (part > most) part = (part + 1) / 2;
    const std::int64_t count = std::min(part, slices - done);
    bool fitted = true;
    try {
      answers.push_back(run(count == slices ? batch : batch.narrow(0, done, count)));
    } catch (const c10::OutOfMemoryError&) {
      if (count <= 1) {
        throw UsageError({"too little memory is free for a single slice", batch.device().str(),
                          "another device with more free memory, or --device cpu"});
      }
      fitted = false;
    }
    // Not in the handler: until it ends, the exception may hold what is to be let go.
    if (fitted) {
      done += count;
    } else {
      most = count / 2;
      make_room();
    }
  } while (done < slices);
  return answers.size() == 1 ? answers.front() : at::cat(answers);
}

}  // namespace jcs::inference
