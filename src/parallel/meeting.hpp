#pragma once

#include <string>

#include <torch/csrc/distributed/c10d/Store.hpp>

#include "jcs/parallel/rendezvous.hpp"

namespace jcs::parallel {

/// A connection to the texts that all ranks share; the first of rank 0 serves them, where the
/// launcher does not.
/// @throws UsageError when the port is taken, or nobody answers within `timeout`.
c10::intrusive_ptr<c10d::Store> open_meeting_point(const Rendezvous& rendezvous);
c10::intrusive_ptr<c10d::Store> connect_to_meeting_point(const Rendezvous& rendezvous);

/// Waits for all ranks and compares what they say of themselves: their number, the kind of their
/// device, and whether the addresses that they talk from can reach one another.
/// @throws UsageError naming who is missing or who disagrees.
void meet(c10d::Store& store, const Rendezvous& rendezvous, const std::string& device,
          const std::string& own_address);

}  // namespace jcs::parallel
