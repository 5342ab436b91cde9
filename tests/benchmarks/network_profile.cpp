// Where a prepared network's time goes: its operations by kind and by cost.
//
//     network_profile FILE [HEIGHT WIDTH [auto|fp32|bf16x3|bf16 [cpu|cuda|cuda:N]]]
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/weights/model_file.hpp"

#include "inference/prepared_network.hpp"
#include "inference/twins.hpp"

namespace {

using namespace jcs;
using inference::PreparedNetwork;

PreparedNetwork prepared(const std::string& file, const inference::Target& target) {
  try {
    const auto loaded = weights::load_segmenter(file);
    return {inference::tensors_of(*loaded.net), inference::twin_of(loaded.card.segmenter), target};
  } catch (const WeightsError&) {
    const auto loaded = weights::load_classifier(file);
    return {inference::tensors_of(*loaded.net), inference::twin_of(loaded.card.classifier), target};
  }
}

std::string kind(const std::string& operation) {
  if (!operation.starts_with("convolution")) return operation;
  const auto kernel = operation.find("x", operation.find("->"));
  return "convolution " + operation.substr(kernel - 1, 3);
}

void print(const std::string& file, std::int64_t height, std::int64_t width,
           inference::Precision precision, const Device& device) {
  PreparedNetwork network =
      prepared(file, inference::make_target({.device = device, .precision = precision}));
  const auto x = torch::rand({1, 3, height, width});
  network.run(x);
  constexpr int kRuns = 5;
  std::map<std::string, double> by_operation, by_kind;
  double total = 0;
  for (int i = 0; i < kRuns; ++i) {
    for (const auto& cost : network.profile(x)) {
      by_operation[cost.operation] += cost.seconds / kRuns;
      by_kind[kind(cost.operation)] += cost.seconds / kRuns;
      total += cost.seconds / kRuns;
    }
  }
  const auto table = [&](const std::map<std::string, double>& costs, std::size_t most) {
    std::vector<std::pair<std::string, double>> sorted(costs.begin(), costs.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.second > b.second; });
    for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) {
      std::printf("%8.1f ms %5.1f %%  %s\n", sorted[i].second * 1e3,
                  100.0 * sorted[i].second / total, sorted[i].first.c_str());
    }
  };
  std::printf("%8.1f ms together, %s\n\n", total * 1e3, name(network.target().precision));
  table(by_kind, by_kind.size());
  std::printf("\n");
  table(by_operation, 20);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4 && argc != 5 && argc != 6) {
    std::fprintf(stderr,
                 "usage: network_profile FILE [HEIGHT WIDTH [auto|fp32|bf16x3|bf16 "
                 "[cpu|cuda|cuda:N]]]\n");
    return 2;
  }
  try {
    using inference::Precision;
    Precision precision = Precision::kAuto;
    for (const Precision known : {Precision::kFp32, Precision::kBf16x3, Precision::kBf16}) {
      if (argc >= 5 && std::string(argv[4]) == inference::name(known)) precision = known;
    }
    print(argv[1], argc > 3 ? std::stoll(argv[2]) : 512, argc > 3 ? std::stoll(argv[3]) : 512,
          precision, parse_device(argc > 5 ? argv[5] : "cpu"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "network_profile: %s\n", error.what());
    return 1;
  }
}
