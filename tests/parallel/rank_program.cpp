// One rank of a test: what it does is named on the command line, what it found goes to stdout.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <torch/torch.h>
#include <unistd.h>

#include "jcs/parallel/gradient_sum.hpp"
#include "jcs/parallel/ranks.hpp"

namespace {

using jcs::parallel::GradientSum;
using jcs::parallel::Ranks;

std::string values(const torch::Tensor& tensor) {
  std::string text;
  const torch::Tensor flat = tensor.detach().to(torch::kDouble).contiguous().view(-1);
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    text.append(i > 0 ? " " : "").append(std::to_string(flat[i].item<double>()));
  }
  return text;
}

void say(const std::string& name, const std::string& value) {
  std::cout << name << ": " << value << '\n';
}

void calls(Ranks& ranks) {
  const auto own = static_cast<float>(ranks.rank() + 1);
  const auto grid = (torch::arange(6).view({2, 3}).t() * own).set_requires_grad(true);
  const torch::Tensor total = ranks.sum(grid);
  say("sum", values(total));
  say("sum is differentiable", total.requires_grad() ? "yes" : "no");
  say("summed is unchanged",
      values(grid[0]) == values(torch::tensor({0.F, 3.F}) * own) ? "yes" : "no");
  say("integers", values(ranks.sum(torch::tensor({std::int64_t{1} << 40, std::int64_t{3}}))));
  say("nothing", values(ranks.sum(torch::empty({0}))));

  auto share = torch::tensor(own, torch::requires_grad());
  const torch::Tensor kept = ranks.sum_keeping_gradient(share * share);
  (kept * kept).backward();
  say("kept", values(kept));
  say("gradient per share", values(share.grad() / share));

  // Rank 0 keeps the picture in another order of elements than the others.
  auto picture = torch::full({1, 2, 2, 2}, own);
  if (ranks.is_first()) {
    picture = torch::arange(8.F).view({1, 2, 2, 2}).contiguous(torch::MemoryFormat::ChannelsLast);
  }
  auto count = torch::full({}, ranks.is_first() ? 7 : 0, torch::kLong);
  ranks.broadcast({picture, torch::empty({0}), count});
  say("picture", values(picture));
  say("count", values(count));

  ranks.barrier();
  for (const std::string& text : ranks.gather_texts("from " + std::to_string(ranks.rank()))) {
    say("text", text);
  }
  for (const std::string& text : ranks.gather_texts("")) {
    say("empty text", text);
  }
}

/// A network with a layer that only rank 0's samples use and one that none does.
struct NetImpl : torch::nn::Module {
  NetImpl() {
    torch::manual_seed(5);
    first = register_module("first", torch::nn::Conv2d(torch::nn::Conv2dOptions(2, 4, 3)));
    never = register_module("never", torch::nn::Linear(3, 3));
    sometimes = register_module("sometimes", torch::nn::Linear(16, 16));
    last = register_module("last", torch::nn::Linear(16, 3));
    frozen = register_module("frozen", torch::nn::Linear(2, 2));
    for (auto& parameter : frozen->parameters()) {
      parameter.set_requires_grad(false);
    }
  }
  torch::Tensor forward(const torch::Tensor& x, bool all) {
    torch::Tensor y = torch::relu(first(x)).flatten(1);
    if (all) {
      y = y + sometimes(y);
    }
    return last(y);
  }
  torch::nn::Conv2d first{nullptr};
  torch::nn::Linear never{nullptr}, sometimes{nullptr}, last{nullptr}, frozen{nullptr};
};
TORCH_MODULE(Net);

constexpr std::int64_t kBatch = 24;

/// The loss of samples [from, to), a share of the batch's mean.
torch::Tensor loss(Net& net, std::int64_t from, std::int64_t to) {
  torch::manual_seed(11);
  const auto x = torch::randn({kBatch, 2, 4, 4}).slice(0, from, to);
  // The first four samples alone go through the layer that is used sometimes.
  const std::int64_t special =
      std::min(std::max(std::int64_t{4} - from, std::int64_t{0}), to - from);
  torch::Tensor total = torch::zeros({});
  if (special > 0) {
    total = total + net(x.slice(0, 0, special), true).pow(2).sum();
  }
  if (special < to - from) {
    total = total + net(x.slice(0, special), false).pow(2).sum();
  }
  return total / kBatch;
}

void gradients(Ranks& ranks) {
  Net alone, shared;
  loss(alone, 0, kBatch).backward();

  GradientSum sum(ranks, shared->parameters(), 200);
  const std::int64_t share = kBatch / ranks.size();
  const std::int64_t from = share * ranks.rank();
  std::string bits;
  for (int step = 0; step < 3; ++step) {
    shared->zero_grad();
    loss(shared, from, from + share / 2).backward();
    sum.begin();
    loss(shared, from + share / 2, from + share).backward();
    sum.finish();
    std::string now;
    for (const torch::Tensor& parameter : shared->parameters()) {
      if (parameter.grad().defined()) {
        const auto flat = parameter.grad().contiguous();
        now.append(static_cast<const char*>(flat.data_ptr()), flat.nbytes());
      }
    }
    say("same bits again", step == 0 || now == bits ? "yes" : "no");
    bits = now;
  }
  const std::vector<std::string> all = ranks.gather_texts(bits);
  say("same bits everywhere",
      std::all_of(all.begin(), all.end(), [&](const auto& other) { return other == bits; }) ? "yes"
                                                                                            : "no");
  double worst = 0.0;
  const auto expected = alone->named_parameters();
  for (const auto& item : shared->named_parameters()) {
    const torch::Tensor& one = expected[item.key()].grad();
    const torch::Tensor& many = item.value().grad();
    if (one.defined() != many.defined()) {
      say("differ in having a gradient", item.key());
    } else if (one.defined()) {
      worst = std::max(worst, (one - many).abs().max().item<double>());
    }
  }
  std::cout << "worst: " << worst << '\n';
  std::cout << "buckets: " << sum.buckets() << '\n'
            << "begun during backward: " << sum.begun_during_backward() << '\n';
}

/// Trains on until another rank is lost; `end`: what one rank does in its fifth step.
void train(Ranks& ranks, const std::function<void()>& end, int ending = 1) {
  Net net;
  GradientSum sum(ranks, net->parameters());
  for (int step = 0;; ++step) {
    if (step == 5 && ranks.rank() == ending) {
      end();
    }
    net->zero_grad();
    sum.begin();
    loss(net, ranks.rank(), ranks.rank() + 4).backward();
    sum.finish();
  }
}

/// Stops this process as if it hung; it is killed when rank 0 serves the port no longer.
void hang(int port) {
  const pid_t self = ::getpid();
  if (::fork() == 0) {
    sockaddr_in first{};
    first.sin_family = AF_INET;
    first.sin_port = htons(static_cast<std::uint16_t>(port));
    first.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 400; ++i) {
      const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
      const bool answers = ::connect(fd, reinterpret_cast<sockaddr*>(&first), sizeof(first)) == 0;
      ::close(fd);
      if (!answers) {
        break;
      }
      ::usleep(100'000);
    }
    ::kill(self, SIGKILL);
    ::_exit(0);
  }
  std::raise(SIGSTOP);
}

void other_network(Ranks& ranks) {
  torch::nn::Linear layer(3, ranks.rank() + 2);
  const GradientSum sum(ranks, layer->parameters());
}

void run(Ranks& ranks, const std::string& what, int port) {
  const std::map<std::string, std::function<void()>> known{
      {"meet", [] {}},
      {"calls", [&] { calls(ranks); }},
      {"gradients", [&] { gradients(ranks); }},
      {"killed", [&] { train(ranks, [] { std::raise(SIGKILL); }); }},
      {"first killed",
       [&] {
         train(
             ranks, [] { std::raise(SIGKILL); }, 0);
       }},
      {"stopped", [&] { train(ranks, [&] { hang(port); }); }},
      {"fails", [&] { train(ranks, [] { throw jcs::InputError({"a slice is damaged"}); }); }},
      {"killed while others work",
       [&] {
         if (ranks.rank() == 1) {
           std::raise(SIGKILL);
         }
         std::this_thread::sleep_for(std::chrono::seconds(1));
         ranks.gather_texts("still here");
       }},
      {"other network", [&] { other_network(ranks); }},
  };
  known.at(what)();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 6) {
    std::cerr << "usage: rank_program WHAT [RANK SIZE PORT TIMEOUT]\n";
    return 2;
  }
  torch::set_num_threads(1);
  try {
    jcs::parallel::Rendezvous rendezvous;
    if (argc == 6) {
      rendezvous.rank = std::atoi(argv[2]);
      rendezvous.size = std::atoi(argv[3]);
      rendezvous.address = "127.0.0.1";
      rendezvous.port = std::atoi(argv[4]);
      rendezvous.timeout = std::chrono::seconds(std::atoi(argv[5]));
      rendezvous.silence = std::chrono::seconds(4);
    } else {
      rendezvous = jcs::parallel::rendezvous_from([](const std::string& name) {
                     const char* value = std::getenv(name.c_str());
                     return value == nullptr ? std::nullopt : std::optional<std::string>(value);
                   }).value();
    }
    const auto ranks = Ranks::join(rendezvous, torch::kCPU);
    run(*ranks, argv[1], rendezvous.port);
    return 0;
  } catch (const jcs::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.code());
  }
}
