// The wheel of LibTorch carries Gloo, but declares its process group only to those who define this.
#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "backend.hpp"

namespace jcs::parallel {

c10::intrusive_ptr<c10d::Backend> gloo_backend(const c10::intrusive_ptr<c10d::Store>& store,
                                               const Rendezvous& rendezvous,
                                               const std::string& own_address) {
  using Gloo = c10d::ProcessGroupGloo;
  const auto options = c10::make_intrusive<Gloo::Options>(rendezvous.timeout);
  // Left to itself Gloo looks up the host's name, which many a machine does not resolve, or
  // resolves to an address that the others cannot reach.
  options->devices.push_back(rendezvous.interface.empty()
                                 ? Gloo::createDeviceForHostname(own_address)
                                 : Gloo::createDeviceForInterface(rendezvous.interface));
  auto backend = c10::make_intrusive<Gloo>(store, rendezvous.rank, rendezvous.size, options);
  backend->setTimeout(rendezvous.patience);
  return backend;
}

}  // namespace jcs::parallel
