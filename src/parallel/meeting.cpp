#include "meeting.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"

#include "sockets.hpp"

namespace jcs::parallel {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string place(const Rendezvous& rendezvous) {
  return rendezvous.address + ":" + std::to_string(rendezvous.port);
}

std::string name(int rank) { return "rank " + std::to_string(rank); }

std::string seconds(std::chrono::seconds time) { return std::to_string(time.count()) + " s"; }

using Store = c10::intrusive_ptr<c10d::Store>;

Store make_store(const Rendezvous& rendezvous, int listening_fd) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(rendezvous.port);
  options.waitWorkers = false;
  options.timeout = rendezvous.timeout;
  if (listening_fd >= 0) {
    options.isServer = true;
    options.masterListenFd = listening_fd;
  }
  // A program that accepts connections and says nothing would keep c10d waiting for ever; the
  // thread is left behind then, and owns all that it uses.
  std::packaged_task<Store()> make([rendezvous, options]() -> Store {
    // Keys of an earlier attempt are still there where the launcher serves the store.
    return c10::make_intrusive<c10d::PrefixStore>(
        "jcs/" + std::to_string(rendezvous.attempt),
        c10::make_intrusive<c10d::TCPStore>(rendezvous.address, options));
  });
  std::future<Store> made = make.get_future();
  std::thread(std::move(make)).detach();
  try {
    if (made.wait_for(rendezvous.timeout) == std::future_status::ready) {
      return made.get();
    }
  } catch (const std::exception& error) {
    log_debug(error.what());
  }
  throw UsageError({"what answers there is no meeting point of a training", place(rendezvous)});
}

/// What a rank says of itself: `size device address`.
struct Introduction {
  std::string size, device, address;
};

Introduction parse(const std::vector<std::uint8_t>& bytes) {
  Introduction introduction;
  std::string* const parts[] = {&introduction.size, &introduction.device, &introduction.address};
  std::size_t part = 0;
  for (const auto byte : bytes) {
    if (byte == ' ' && part < 2) {
      ++part;
    } else {
      parts[part]->push_back(static_cast<char>(byte));
    }
  }
  return introduction;
}

/// Those of `ranks` whose keys do not appear in time.
std::vector<int> missing(c10d::Store& store, std::vector<int> ranks, const std::string& prefix,
                         milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  milliseconds pause{10};
  while (true) {
    std::erase_if(ranks, [&](int i) { return store.check({prefix + std::to_string(i)}); });
    if (ranks.empty() || Clock::now() >= until) {
      return ranks;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, milliseconds{200});
  }
}

std::string names(const std::vector<int>& ranks) {
  std::vector<std::string> words;
  for (const int i : ranks) {
    words.push_back(name(i));
  }
  return joined(words);
}

/// The first disagreement between rank 0 and this rank, or on rank 0 with any; empty when all
/// agree.
std::string disagreement(const Introduction& first, int rank, const Introduction& other) {
  if (first.size != other.size) {
    return "WORLD_SIZE is " + first.size + " on rank 0 and " + other.size + " on " + name(rank);
  }
  if (first.device != other.device) {
    return "rank 0 trains on " + first.device + " and " + name(rank) + " on " + other.device;
  }
  if (is_loopback(first.address) != is_loopback(other.address)) {
    return "rank 0 talks from " + first.address + " and " + name(rank) + " from " + other.address +
           ", which cannot reach each other: name the network interface in GLOO_SOCKET_IFNAME";
  }
  return {};
}

/// Introduces this rank and looks for what keeps the ranks from training together; `present`: who
/// has come.
std::string find_problem(c10d::Store& store, const Rendezvous& rendezvous,
                         const std::string& introduction, std::vector<int>& present) {
  const std::string prefix = "introduction/";
  const std::string own = std::to_string(rendezvous.rank);
  const auto read = [&](int i) { return parse(store.get(prefix + std::to_string(i))); };
  if (store.add("taken/" + own, 1) > 1) {
    return "two processes have RANK " + own;
  }
  store.set(prefix + own, introduction);
  // Rank 0 first: only with its word can be told whether too few have come, or others.
  std::vector<int> absent = missing(store, {0}, prefix, rendezvous.timeout);
  if (absent.empty()) {
    const std::string problem = disagreement(read(0), rendezvous.rank, read(rendezvous.rank));
    if (!problem.empty()) {
      return problem;
    }
    std::vector<int> all(static_cast<std::size_t>(rendezvous.size));
    std::iota(all.begin(), all.end(), 0);
    absent = missing(store, all, prefix, rendezvous.timeout);
    std::set_difference(all.begin(), all.end(), absent.begin(), absent.end(),
                        std::back_inserter(present));
  }
  if (!absent.empty()) {
    return names(absent) + " did not come within " + seconds(rendezvous.timeout);
  }
  for (const int i : present) {
    const std::string problem = disagreement(read(0), i, read(i));
    if (!problem.empty()) {
      return problem;
    }
  }
  return {};
}

void introduce(c10d::Store& store, const Rendezvous& rendezvous, const std::string& introduction) {
  std::vector<int> present;
  const std::string problem = find_problem(store, rendezvous, introduction, present);
  store.set("read/" + std::to_string(rendezvous.rank), std::string("1"));
  if (problem.empty()) {
    return;
  }
  // Rank 0's end is the meeting point's: the others shall find out first.
  if (rendezvous.rank == 0 && !rendezvous.served) {
    missing(store, present, "read/", milliseconds{2000});
  }
  throw UsageError({problem, place(rendezvous)});
}

}  // namespace

Store open_meeting_point(const Rendezvous& rendezvous) {
  if (rendezvous.rank == 0 && !rendezvous.served) {
    return make_store(rendezvous, listen_on(rendezvous.address, rendezvous.port));
  }
  return connect_to_meeting_point(rendezvous);
}

Store connect_to_meeting_point(const Rendezvous& rendezvous) {
  // c10d would try too, but tells of every failure on stderr.
  if (!answers(rendezvous.address, rendezvous.port, rendezvous.timeout)) {
    if (own_address_towards(rendezvous.address, rendezvous.port).empty()) {
      throw UsageError({"no way leads to this address, or its name is unknown", place(rendezvous),
                        "the host of rank 0 in MASTER_ADDR"});
    }
    throw UsageError({(rendezvous.served ? std::string("the launcher") : name(0)) +
                          " did not answer within " + seconds(rendezvous.timeout),
                      place(rendezvous)});
  }
  return make_store(rendezvous, -1);
}

void meet(c10d::Store& store, const Rendezvous& rendezvous, const std::string& device,
          const std::string& own_address) {
  try {
    introduce(store, rendezvous,
              std::to_string(rendezvous.size) + " " + device + " " + own_address);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw UsageError({"the meeting point closed before all ranks had met", place(rendezvous)});
  }
}

}  // namespace jcs::parallel
