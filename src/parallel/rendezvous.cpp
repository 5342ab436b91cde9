#include "jcs/parallel/rendezvous.hpp"

#include <cstdint>
#include <limits>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::parallel {
namespace {

using Lookup = std::function<std::optional<std::string>(const std::string&)>;

std::string needed(const Lookup& lookup, const std::string& name) {
  const auto text = lookup(name);
  if (!text || text->empty()) {
    throw UsageError({"WORLD_SIZE is set, but " + name + " is not", "environment",
                      "all that torchrun sets: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT"});
  }
  return *text;
}

int number(const std::string& name, const std::string& text, int low, int high) {
  const auto value = parse_integer(text);
  if (!value || *value < low || *value > high) {
    const std::string range = high == std::numeric_limits<int>::max()
                                  ? "of at least " + std::to_string(low)
                                  : "from " + std::to_string(low) + " to " + std::to_string(high);
    throw UsageError({"not a valid " + name, "environment", "a whole number " + range, text});
  }
  return static_cast<int>(*value);
}

}  // namespace

std::optional<Rendezvous> rendezvous_from(const Lookup& lookup) {
  constexpr int kAny = std::numeric_limits<int>::max();
  const auto size = lookup("WORLD_SIZE");
  if (!size) {
    return std::nullopt;
  }
  Rendezvous rendezvous;
  rendezvous.size = number("WORLD_SIZE", *size, 1, kAny);
  rendezvous.rank = number("RANK", needed(lookup, "RANK"), 0, kAny);
  if (rendezvous.rank >= rendezvous.size) {
    throw UsageError({"RANK and WORLD_SIZE disagree", "environment",
                      "a RANK below " + std::to_string(rendezvous.size),
                      std::to_string(rendezvous.rank)});
  }
  // Only GPUs depend on it, and with one process on a machine there is nothing to tell apart.
  rendezvous.local_rank =
      number("LOCAL_RANK", lookup("LOCAL_RANK").value_or("0"), 0, rendezvous.size - 1);
  rendezvous.address = needed(lookup, "MASTER_ADDR");
  rendezvous.port = number("MASTER_PORT", needed(lookup, "MASTER_PORT"), 1, 65535);
  rendezvous.served = lookup("TORCHELASTIC_USE_AGENT_STORE").value_or("") == "True";
  rendezvous.attempt = number("TORCHELASTIC_RESTART_COUNT",
                              lookup("TORCHELASTIC_RESTART_COUNT").value_or("0"), 0, kAny);
  rendezvous.interface = lookup("GLOO_SOCKET_IFNAME").value_or("");
  return rendezvous;
}

}  // namespace jcs::parallel
