#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jcs::weights {

/// Tensors by name, in order.
class TensorMap {
 public:
  using Entry = std::pair<std::string, at::Tensor>;

  /// @throws WeightsError when the name is taken.
  void add(std::string name, at::Tensor tensor);
  /// The tensor of this name, or nullptr.
  [[nodiscard]] const at::Tensor* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// What a file of tensors holds.
struct TensorFile {
  TensorMap tensors;  ///< on the CPU, in the file's types; shared and strided as the file has them
  std::map<std::string, std::string> metadata;  ///< safetensors only
  std::string format;  ///< "safetensors", "PyTorch zip", "PyTorch legacy", "TorchScript"
  std::vector<std::string> notes;  ///< what was done to find the tensors, one line each
};

/// Reads every tensor of a file. The format is told by the content, not by the name:
///   - safetensors;
///   - PyTorch's `torch.save` in zip form (since 1.6) and legacy form, pickle protocols 2 to 5: a
///     state dict, or one below `state_dict`, `model` and the like; names lose a `module.` prefix
///     that all of them have. The pickle is only interpreted as far as tensors need it, by an
///     allow-list of globals; nothing is ever run;
///   - TorchScript archives: the tensors of the module, not its code.
/// No size in a file is believed before it was compared with the file's own. Memory: the tensors.
/// @throws WeightsError in one line for everything else.
TensorFile read_tensors(const std::filesystem::path& file);

}  // namespace jcs::weights
