// Writes a few small files of weights and checkpoints that the fuzzers start from:
// jcs_fuzz_torch_seeds FOLDER makes a folder for each fuzzer in it.
#include <cstdio>

#include <torch/torch.h>

#include "jcs/training/checkpoint.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/weights/model_card.hpp"
#include "jcs/weights/safetensors.hpp"

#include "weights/files.hpp"

namespace {

namespace fs = std::filesystem;
using namespace jcs;

void torch_seeds(const fs::path& folder) {
  fs::create_directories(folder);
  for (const int protocol : {2, 4}) {
    const std::string name = std::to_string(protocol);
    test::small_zip(folder / ("zip" + name), protocol);
    test::save(folder / ("legacy" + name), test::small_legacy(protocol));
  }
  test::PickleWriter script;
  script.global("__torch__", "Net").op(")\x81}(").text("a").tensor("0", 6, 0, {2, 3}, {3, 1});
  test::zip_file((folder / "script").string(), {{"net/data.pkl", script.op("ub").done()},
                                                {"net/code/__torch__.py", "class Net"},
                                                {"net/data/0", test::raw(test::six())}});
  test::PickleWriter view;  // a storage that is part of another, below a wrapper's name
  view.op("}").text("state_dict").op("}").text("module.a");
  view.global("torch._utils", "_rebuild_parameter").op("(");
  view.tensor("0", 6, 1, {2}, {2}).op("\x89").ordered_dict().op("tRss");
  test::zip_file((folder / "wrapped").string(),
                 {{"archive/data.pkl", view.done()}, {"archive/data/0", test::raw(test::six())}});
}

void safetensors_seeds(const fs::path& folder) {
  fs::create_directories(folder);
  test::save(folder / "small", test::small_safetensors());
  weights::TensorMap tensors;
  tensors.add("half", torch::ones({3}, torch::kHalf));
  tensors.add("none", torch::ones({2, 0}, torch::kInt64));
  tensors.add("scalar", torch::tensor(true));
  for (const auto task : {weights::Task::kClassification, weights::Task::kSegmentation}) {
    weights::ModelCard card;
    card.task = task;
    card.provenance = {{"epochs", 3}};
    weights::write_safetensors(folder / to_text(task), tensors, weights::to_metadata(card));
  }
}

void checkpoint_seeds(const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto kind :
       {training::OptimizerOptions::Kind::kAdam, training::OptimizerOptions::Kind::kSgd}) {
    torch::nn::Linear network(2, 1);
    training::OptimizerOptions options;
    options.kind = kind;
    const auto optimizer = training::make_optimizer(*network, options);
    network->forward(torch::ones({1, 2})).sum().backward();
    optimizer->step();
    training::RunState state;
    state.identity = {{"seed", 1}};
    state.epochs.push_back({});
    state.epochs.back().scores = {{"dice", 0.5}, {"auc", std::nullopt}};
    training::save_checkpoint(folder / std::to_string(static_cast<int>(kind)), state, *network,
                              *optimizer);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: jcs_fuzz_torch_seeds FOLDER\n");
    return 2;
  }
  torch::manual_seed(1);
  const fs::path folder = argv[1];
  torch_seeds(folder / "pth");
  safetensors_seeds(folder / "safetensors");
  checkpoint_seeds(folder / "checkpoint");
}
