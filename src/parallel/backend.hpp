#pragma once

#include <string>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "jcs/parallel/rendezvous.hpp"

namespace jcs::parallel {

/// c10d's collectives. Each kind is made in a source file of its own, since its headers need a
/// macro and other libraries' headers that no other file should see.

/// Over TCP between CPUs, from the interface that the rendezvous names, or else from `own_address`.
c10::intrusive_ptr<c10d::Backend> gloo_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                               const Rendezvous& rendezvous,
                                               const std::string& own_address);

/// Between CUDA devices. @throws UsageError where LibTorch was built without NCCL or its headers
/// were not there when jcs was built.
c10::intrusive_ptr<c10d::Backend> nccl_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                               const Rendezvous& rendezvous);

}  // namespace jcs::parallel
