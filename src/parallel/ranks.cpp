#include "jcs/parallel/ranks.hpp"

#include <csignal>

#include <torch/csrc/autograd/custom_function.h>

#include "group.hpp"

namespace jcs::parallel {
namespace {

/// Gives `total` for `local`, and local's gradient what the total's is.
struct InPlaceOf : torch::autograd::Function<InPlaceOf> {
  static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& local,
                               const torch::Tensor& total) {
    (void)local;
    return total.clone();  // an input handed back as it is would be taken for a view of it
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext*,
                                               torch::autograd::tensor_list gradients) {
    return {gradients[0], {}};
  }
};

}  // namespace

Ranks::Ranks(std::unique_ptr<Group> group) : group_(std::move(group)) {}
Ranks::~Ranks() = default;

std::unique_ptr<Ranks> Ranks::alone() { return std::unique_ptr<Ranks>(new Ranks(nullptr)); }

std::unique_ptr<Ranks> Ranks::join(const Rendezvous& rendezvous, const torch::Device& device) {
  // A rank that is gone shall be named. LibTorch's sockets raise this signal when they write to
  // one, which would end this process without a word.
  std::signal(SIGPIPE, SIG_IGN);
  return std::unique_ptr<Ranks>(new Ranks(std::make_unique<Group>(rendezvous, device)));
}

int Ranks::rank() const { return group_ ? group_->rank() : 0; }
int Ranks::size() const { return group_ ? group_->size() : 1; }
bool Ranks::is_alone() const { return !group_; }

torch::Tensor Ranks::sum(const torch::Tensor& tensor) {
  const torch::NoGradGuard no_grad;
  torch::Tensor total = tensor.detach().clone(torch::MemoryFormat::Contiguous);
  if (!group_ || total.numel() == 0) {
    return total;
  }
  total = total.to(group_->device());
  group_->wait(group_->begin_sum(total));
  return total.to(tensor.device());
}

torch::Tensor Ranks::sum_keeping_gradient(const torch::Tensor& local) {
  return group_ ? InPlaceOf::apply(local, sum(local)) : local;
}

std::function<void()> Ranks::begin_sum(const torch::Tensor& tensor) {
  if (!group_ || tensor.numel() == 0) {
    return [] {};
  }
  return [this, work = group_->begin_sum(tensor)] { group_->wait(work); };
}

void Ranks::broadcast(const std::vector<torch::Tensor>& tensors) {
  if (!group_) {
    return;
  }
  const torch::NoGradGuard no_grad;
  struct Sent {
    torch::Tensor copy;
    Group::Work work;
  };
  std::vector<Sent> sent;
  for (const torch::Tensor& tensor : tensors) {
    // A copy in one order of elements: ranks may keep the same tensor in different ones.
    Sent item{tensor.detach().to(group_->device()).clone(torch::MemoryFormat::Contiguous), {}};
    if (item.copy.numel() > 0) {
      item.work = group_->begin_broadcast(item.copy);
    }
    sent.push_back(std::move(item));
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (sent[i].work) {
      group_->wait(sent[i].work);
      if (!is_first()) {
        tensors[i].detach().copy_(sent[i].copy);
      }
    }
  }
}

void Ranks::barrier() {
  if (group_) {
    group_->wait(group_->begin_sum(torch::ones({1}, group_->device())));
  }
}

std::vector<std::string> Ranks::gather_texts(const std::string& text) {
  return group_ ? group_->gather_texts(text) : std::vector<std::string>{text};
}

}  // namespace jcs::parallel
