#include "vgg_names.hpp"

#include <array>
#include <map>

namespace jcs::weights {

namespace {

constexpr std::array<int, 5> kConvolutions = {2, 2, 3, 3, 3};  // in the blocks of VGG-16

using NameMap = std::map<std::string, std::string>;

// Torchvision numbers the layers of VGG-16 through: convolution, batch norm where there is one,
// ReLU, and a pool behind every block.
NameMap numbered(bool batch_norm) {
  NameMap names;
  int layer = 0;
  for (std::size_t block = 0; block < kConvolutions.size(); ++block) {
    for (int i = 0; i < kConvolutions[block]; ++i) {
      const std::string ours =
          "conv" + std::to_string(block + 1) + "_" + std::to_string(i + 1) + ".";
      names[std::to_string(layer++)] = ours + "conv.";
      if (batch_norm) {
        names[std::to_string(layer++)] = ours + "bn.";
      }
      ++layer;
    }
    ++layer;
  }
  return names;
}

// The first eight convolutions of a U-Net have the shapes of VGG-16's first two of blocks 1 to 4.
NameMap of_unet() {
  NameMap names;
  for (const char* block : {"1", "2", "3", "4"}) {
    for (const char* i : {"1", "2"}) {
      names[std::string(block) + ".conv" + i + ".conv"] =
          std::string("conv") + block + "_" + i + ".conv.";
    }
  }
  return names;
}

std::string found_in(const NameMap& names, const std::string& prefix, const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (!name.starts_with(prefix) || dot == std::string::npos || dot < prefix.size()) {
    return {};
  }
  const auto found = names.find(name.substr(prefix.size(), dot - prefix.size()));
  return found == names.end() ? std::string() : found->second + name.substr(dot + 1);
}

}  // namespace

std::string vgg_name(const std::string& name, Network kind, bool batch_norm) {
  static const NameMap kPlain = numbered(false);
  static const NameMap kWithNorm = numbered(true);
  static const NameMap kUnet = of_unet();
  constexpr const char* kEncoder = "vgg16.";
  switch (kind) {
    case Network::kVggTorchvision:
      return found_in(batch_norm ? kWithNorm : kPlain, "features.", name);
    case Network::kDss:
      return found_in(kPlain, "base.", name);
    case Network::kEgnet:
      return found_in(kPlain, "base.base.", name);
    case Network::kPoolnet:
      return found_in(kPlain, "base.vgg16.base.", name);
    case Network::kUnet:
      return found_in(kUnet, "down", name);
    case Network::kVggEncoder:
      return name.starts_with("conv") ? name : std::string();
    default:
      return name.starts_with(kEncoder) ? name.substr(std::string(kEncoder).size()) : std::string();
  }
}

}  // namespace jcs::weights
