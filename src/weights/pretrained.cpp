#include "jcs/weights/pretrained.hpp"

#include <array>
#include <functional>
#include <unordered_map>

#include "jcs/core/error.hpp"
#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

namespace {

constexpr const char* kEncoder = "vgg16.";
constexpr const char* kBackbone = "res2net.";
constexpr std::array<int, 5> kConvolutions = {2, 2, 3, 3, 3};  // in the blocks of VGG-16

// Torchvision numbers the layers of VGG-16 through: convolution, batch norm where there is one,
// ReLU, and a pool behind every block.
std::unordered_map<std::string, std::string> torchvision_names(bool batch_norm) {
  std::unordered_map<std::string, std::string> names;
  int layer = 0;
  for (std::size_t block = 0; block < kConvolutions.size(); ++block) {
    for (int i = 0; i < kConvolutions[block]; ++i) {
      const std::string ours =
          "conv" + std::to_string(block + 1) + "_" + std::to_string(i + 1) + ".";
      const std::string features = "features.";
      names[features + std::to_string(layer++) + "."] = ours + "conv.";
      if (batch_norm) {
        names[features + std::to_string(layer++) + "."] = ours + "bn.";
      }
      ++layer;
    }
    ++layer;
  }
  return names;
}

// A file's tensors under the names of a part of a network; the others are left.
struct Part {
  TensorMap tensors;
  std::vector<std::string> left;
};

// `renamed` gives a tensor's name in the part, or "" for one that is left.
Part part_of(const TensorMap& tensors,
             const std::function<std::string(const std::string&)>& renamed) {
  Part part;
  for (const auto& [name, tensor] : tensors) {
    std::string inside = renamed(name);
    if (inside.empty()) {
      part.left.push_back(name);
    } else {
      part.tensors.add(std::move(inside), tensor);
    }
  }
  return part;
}

std::string without(const std::string& prefix, const std::string& name) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : std::string();
}

Part encoder_of(const TensorMap& tensors) {
  switch (recognise(tensors)) {
    case Network::kVggTorchvision: {
      const auto names = torchvision_names(tensors.contains("features.1.running_mean"));
      return part_of(tensors, [&](const std::string& name) {
        const std::size_t dot = name.rfind('.');
        const auto found = names.find(name.substr(0, dot + 1));
        return found == names.end() ? std::string() : found->second + name.substr(dot + 1);
      });
    }
    case Network::kVggEncoder:
      return part_of(tensors, [](const std::string& name) {
        return name.starts_with("conv") ? name : std::string();
      });
    default:
      return part_of(tensors, [](const std::string& name) { return without(kEncoder, name); });
  }
}

Part backbone_of(const TensorMap& tensors) {
  switch (recognise(tensors)) {
    case Network::kClassifier:
    case Network::kBackbone:
      return part_of(tensors, [](const std::string& name) {
        return name.starts_with("fc.") ? std::string() : name;
      });
    default:
      return part_of(tensors, [](const std::string& name) { return without(kBackbone, name); });
  }
}

// The tensors of a network below `prefix`, or all but the linear layer where it has no such part.
TensorMap state_below(const torch::nn::Module& network, const std::string& prefix) {
  const TensorMap state = state_of(network);
  TensorMap below;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) {
      below.add(name.substr(prefix.size()), tensor);
    }
  }
  if (below.empty()) {
    for (const auto& [name, tensor] : state) {
      if (!name.starts_with("fc.")) {
        below.add(name, tensor);
      }
    }
  }
  return below;
}

LoadReport load_part(const TensorMap& state, const Part& part, const char* what,
                     const TensorMap& tensors, const LoadOptions& options) {
  if (part.tensors.empty()) {
    const std::string looks = to_text(recognise(tensors));
    throw WeightsError({std::string("holds no ") + what, options.source, "",
                        looks.empty() ? "an unknown network" : looks});
  }
  LoadReport report = load_state(state, part.tensors, options);
  report.unexpected.insert(report.unexpected.end(), part.left.begin(), part.left.end());
  return report;
}

}  // namespace

LoadReport load_vgg_encoder(torch::nn::Module& network, const TensorMap& tensors,
                            const LoadOptions& options) {
  return load_part(state_below(network, kEncoder), encoder_of(tensors), "VGG-16", tensors, options);
}

LoadReport load_backbone(torch::nn::Module& network, const TensorMap& tensors,
                         const LoadOptions& options) {
  return load_part(state_below(network, kBackbone), backbone_of(tensors), "Res2Net", tensors,
                   options);
}

LoadReport load_initial(torch::nn::Module& network, const TensorMap& tensors,
                        const LoadOptions& options) {
  const TensorMap state = state_of(network);
  const Network made_for = recognise(tensors);
  const Network is = recognise(state);
  const bool segmenter = is == Network::kSegmenter || is == Network::kFusedSegmenter;
  if (segmenter && (made_for == Network::kVggTorchvision || made_for == Network::kVggEncoder)) {
    return load_vgg_encoder(network, tensors, options);
  }
  if (is == Network::kFusedSegmenter &&
      (made_for == Network::kClassifier || made_for == Network::kBackbone)) {
    return load_backbone(network, tensors, options);
  }
  if (is == Network::kClassifier) {
    // Another number of classes: only the layers before the last one mean the same.
    const at::Tensor* head = tensors.find("fc.weight");
    const bool same_head = head != nullptr && head->sizes() == state.find("fc.weight")->sizes() &&
                           tensors.contains("fc.bias") == state.contains("fc.bias");
    if (!same_head) {
      return load_backbone(network, tensors, options);
    }
  }
  return load_into(network, tensors, options);
}

}  // namespace jcs::weights
