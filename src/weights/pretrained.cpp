#include "jcs/weights/pretrained.hpp"

#include <functional>

#include "jcs/core/error.hpp"
#include "jcs/weights/recognise.hpp"

#include "vgg_names.hpp"

namespace jcs::weights {

namespace {

constexpr const char* kBackbone = "res2net.";

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
  const Network kind = recognise(tensors);
  const bool batch_norm = tensors.contains("features.1.running_mean");
  return part_of(tensors,
                 [&](const std::string& name) { return vgg_name(name, kind, batch_norm); });
}

// A U-Net has the first two convolutions of VGG-16's blocks 1 to 4 alone.
void leave_what_a_unet_lacks(const TensorMap& state, Part& part) {
  TensorMap kept;
  for (const auto& [name, tensor] : part.tensors) {
    if (!state.contains(name) && name.find(".conv.") != std::string::npos) {
      part.left.push_back(name);
    } else {
      kept.add(name, tensor);
    }
  }
  part.tensors = std::move(kept);
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

// The tensors of a network's Res2Net by their names in it.
TensorMap backbone_state(const torch::nn::Module& network) {
  const TensorMap state = state_of(network);
  TensorMap below;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(kBackbone)) {
      below.add(without(kBackbone, name), tensor);
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
  const TensorMap whole = state_of(network);
  const TensorMap state = encoder_of(whole).tensors;
  Part part = encoder_of(tensors);
  if (recognise(whole) == Network::kUnet) {
    leave_what_a_unet_lacks(state, part);
  }
  return load_part(state, part, "VGG-16", tensors, options);
}

LoadReport load_backbone(torch::nn::Module& network, const TensorMap& tensors,
                         const LoadOptions& options) {
  return load_part(backbone_state(network), backbone_of(tensors), "Res2Net", tensors, options);
}

LoadReport load_initial(torch::nn::Module& network, const TensorMap& tensors,
                        const LoadOptions& options) {
  const TensorMap state = state_of(network);
  const Network made_for = recognise(tensors);
  const Network is = recognise(state);
  if (is_segmenter(is) &&
      (made_for == Network::kVggTorchvision || made_for == Network::kVggEncoder)) {
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
