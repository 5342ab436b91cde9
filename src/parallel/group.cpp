#include "group.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <c10/util/Logging.h>
#include <torch/cuda.h>

#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"

#include "meeting.hpp"
#include "sockets.hpp"

namespace jcs::parallel {
namespace {

using Clock = std::chrono::steady_clock;

// A rank that has gone may have gone because all was done: what it sent is on its way.
constexpr std::chrono::seconds kGrace{2};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

torch::Device device_of(const Rendezvous& rendezvous, torch::Device device) {
  if (!device.is_cuda()) {
    return torch::kCPU;
  }
  if (!device.has_index()) {
    device.set_index(static_cast<torch::DeviceIndex>(rendezvous.local_rank));
  }
  const auto devices = torch::cuda::device_count();
  if (device.index() >= static_cast<int>(devices)) {
    throw UsageError(
        {"no CUDA device for this rank", "rank " + std::to_string(rendezvous.rank),
         "at most one process per device, of which there are " + std::to_string(devices),
         device.str()});
  }
  return device;
}

/// c10d tells of lost connections on stderr, a stack trace each, where an error of ours says it in
/// a line. Who asked for more than the default (TORCH_CPP_LOG_LEVEL) keeps it.
void hush_c10d() {
  constexpr int kWarnings = 1;
  if (FLAGS_caffe2_log_level == kWarnings) {
    FLAGS_caffe2_log_level = kWarnings + 1;
  }
}

// A rank that lives may be measuring a long validation list for the others.
constexpr std::chrono::hours kTextPatience{24};

/// Waits ever longer between two looks, so that short sums are quick and long ones cost nothing.
class Pause {
 public:
  void operator()() {
    std::this_thread::sleep_for(length_);
    length_ = std::min(length_ * 2, std::chrono::microseconds{500});
  }

 private:
  std::chrono::microseconds length_{20};
};

}  // namespace

Ranks::Group::Group(const Rendezvous& rendezvous, const torch::Device& device)
    : rendezvous_(rendezvous), device_(device_of(rendezvous, device)) {
  hush_c10d();
  store_ = open_meeting_point(rendezvous_);
  const std::string own_address = own_address_towards(rendezvous_.address, rendezvous_.port);
  const bool gloo = device_.is_cpu();
  // NCCL finds its own ways, and so does Gloo where the user names an interface.
  const std::string address = gloo && rendezvous_.interface.empty() ? own_address : "-";
  meet(*store_, rendezvous_, gloo ? "CPU" : "CUDA", address);
  signs_ = std::make_unique<LifeSigns>(connect_to_meeting_point(rendezvous_), rendezvous_.rank,
                                       rendezvous_.size, rendezvous_.silence, !rendezvous_.served);
  try {
    backend_ =
        gloo ? gloo_backend(store_, rendezvous_, own_address) : nccl_backend(store_, rendezvous_);
    // The first sum makes the connections that are not there yet.
    wait(begin_sum(torch::ones({1}, device_)));
  } catch (const Error&) {
    abandon_gloo();
    throw;
  } catch (const std::exception& error) {
    abandon_gloo();
    throw UsageError({"the ranks cannot connect: " + first_line(error.what()),
                      "rank " + std::to_string(rendezvous_.rank)});
  }
}

Ranks::Group::~Group() {
  if (signs_) {
    signs_->leave(rendezvous_.rank == 0 && !rendezvous_.served && !broken_);
  }
  if (!backend_) {
    return;
  }
  const bool whole = !broken_ && unfinished_ == 0;
  try {
    if (device_.is_cuda()) {
      whole ? backend_->shutdown() : backend_->abort();
    }
  } catch (const std::exception& error) {
    log_debug(error.what());
  }
  if (!whole) abandon_gloo();
}

void Ranks::Group::abandon_gloo() {
  // Gloo cannot give up a sum, and its destructor waits for all of them, for as long as patience
  // lasts. The process is about to end; its threads may as well end with it.
  if (backend_ && device_.is_cpu()) (void)backend_.release();
}

void Ranks::Group::lose(const std::string& who) {
  broken_ = true;
  throw RankLost({who, "rank " + std::to_string(rank()) + " of " + std::to_string(size())});
}

void Ranks::Group::lose_by(const std::exception& error) {
  log_debug(error.what());
  const std::string who = signs_->find_lost();
  lose(who.empty() ? "the connection to another rank broke: " + first_line(error.what()) : who);
}

template <class Begin>
Ranks::Group::Work Ranks::Group::begin(Begin&& begin) {
  if (broken_) {
    lose("another rank was lost before");
  }
  try {
    Work work = begin();
    ++unfinished_;
    return work;
  } catch (const std::exception& error) {
    // Gloo begins by queueing, where only the caller can go wrong; NCCL talks to the others.
    if (device_.is_cpu()) {
      throw;
    }
    lose_by(error);
  }
}

Ranks::Group::Work Ranks::Group::begin_sum(const torch::Tensor& tensor) {
  return begin([&] {
    std::vector<torch::Tensor> tensors{tensor};
    return backend_->allreduce(tensors);
  });
}

Ranks::Group::Work Ranks::Group::begin_broadcast(const torch::Tensor& tensor) {
  return begin([&] {
    std::vector<torch::Tensor> tensors{tensor};
    return backend_->broadcast(tensors);
  });
}

void Ranks::Group::wait(const Work& work) {
  const auto began = Clock::now();
  auto last_look = began;
  Clock::time_point doomed{};
  Pause pause;
  // Asking rather than blocking: a work that waits for a rank which hangs would not return. It also
  // keeps CUDA from going on with sums that never came.
  while (!work->isCompleted()) {
    pause();
    const auto now = Clock::now();
    if (now - last_look < std::chrono::milliseconds(200)) {
      continue;
    }
    last_look = now;
    const std::string lost = signs_->lost();
    if (lost.empty()) {
      doomed = {};
    } else if (doomed == Clock::time_point{}) {
      doomed = now;
    } else if (now - doomed > kGrace) {
      lose(lost);
    }
    if (now - began > rendezvous_.patience) {
      lose("another rank lives, but did not take part in a sum within " +
           duration_text(std::chrono::duration<double>(rendezvous_.patience).count()));
    }
  }
  try {
    work->wait();
  } catch (const std::exception& error) {
    lose_by(error);
  }
  --unfinished_;
}

std::vector<std::string> Ranks::Group::gather_texts(const std::string& text) {
  const std::string prefix = "text/" + std::to_string(texts_++) + "/";
  std::vector<std::string> texts;
  try {
    store_->set(prefix + std::to_string(rank()), text);
    const auto began = Clock::now();
    for (int i = 0; i < size(); ++i) {
      const std::string key = prefix + std::to_string(i);
      while (!store_->check({key})) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        const std::string lost = signs_->lost();
        if (!lost.empty() && !store_->check({key})) {
          lose(lost);
        }
        if (Clock::now() - began > kTextPatience) {
          lose("rank " + std::to_string(i) + " lives, but did not send a text within " +
               std::to_string(kTextPatience.count()) + " h");
        }
      }
      texts.push_back(store_->get_to_str(key));
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    lose_by(error);
  }
  return texts;
}

}  // namespace jcs::parallel
