// As for Gloo: the declarations are behind this macro.
#define USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "backend.hpp"

namespace jcs::parallel {

c10::intrusive_ptr<c10d::Backend> nccl_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                               const Rendezvous& rendezvous) {
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  // c10d's own watchdog ends the whole process; ours is to speak first.
  options->timeout = rendezvous.patience + std::chrono::seconds(60);
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rendezvous.rank, rendezvous.size,
                                                     options);
}

}  // namespace jcs::parallel
