#include "jcs/core/error.hpp"

#include "backend.hpp"

namespace jcs::parallel {

c10::intrusive_ptr<c10d::Backend> nccl_backend(const c10::intrusive_ptr<c10d::Store>&,
                                               const Rendezvous&) {
  throw UsageError({"this build of jcs has no NCCL, so several processes can train on CPUs only",
                    "device", "a build with nccl.h and the CUDA headers beside LibTorch"});
}

}  // namespace jcs::parallel
