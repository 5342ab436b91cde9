#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <c10/core/ScalarType.h>

// What a pickle of tensors can hold once it is interpreted. Nothing here has memory of tensors: a
// tensor is a description of where its numbers lie.
namespace jcs::weights::pickle {

/// Bytes of the longest name of a tensor, a storage or a global: far above any network's. The memo
/// repeats a text for the price of two bytes, and each time it would be copied.
constexpr std::size_t kMaxName = 4096;

struct Node;
using Value = std::variant<std::monostate, bool, std::int64_t, double, Node*>;

/// A str or bytes object.
struct Text {
  std::string text;
};
/// An integer of more than 64 bits, as its little-endian bytes.
struct BigInteger {
  std::string bytes;
};
struct Tuple {
  std::vector<Value> items;
};
struct List {
  std::vector<Value> items;
};
struct Dict {
  std::vector<std::pair<Value, Value>> items;
};

/// What an allow-listed global means to the interpreter.
enum class GlobalKind {
  kOrderedDict,
  kCounter,
  kSize,
  kDevice,
  kRebuildTensor,
  kRebuildTensorV2,
  kRebuildTensorV3,
  kRebuildParameter,
  kRebuildFromType,
  kTensorClass,
  kStorageClass,
  kDtype,
  kScriptClass,
  kScriptList
};

/// A `module.name` that a pickle refers to.
struct Global {
  std::string name;
  GlobalKind kind;
  c10::ScalarType type = c10::ScalarType::Undefined;  ///< of storage classes and dtypes
};

/// Memory that tensors share: `elements` elements of `type` from `first` on, in the storage `key`
/// of `root_elements` elements.
struct Storage {
  std::string key;
  c10::ScalarType type = c10::ScalarType::Undefined;
  std::int64_t root_elements = 0;
  std::int64_t first = 0;
  std::int64_t elements = 0;
};

/// A view into a storage; its extent was checked to lie inside.
struct Tensor {
  Storage storage;
  c10::ScalarType type = c10::ScalarType::Undefined;
  std::int64_t offset = 0;  ///< from the root storage's begin, elements of `type`
  std::vector<std::int64_t> sizes, strides;
};

/// What a copy of its description takes beside the struct itself.
inline std::size_t bytes_of(const Tensor& tensor) {
  return tensor.storage.key.size() +
         (tensor.sizes.size() + tensor.strides.size()) * sizeof(std::int64_t);
}

/// A module of a TorchScript archive: attributes by name.
struct Object {
  std::string class_name;
  Value state;
};

struct Node {
  std::variant<Text, BigInteger, Tuple, List, Dict, Global, Storage, Tensor, Object> content;
};

/// What a pickle says that cannot be; the reader adds the file's name.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A pickle's result. The nodes are owned flat, so that neither cycles nor deep nesting can hurt.
class Document {
 public:
  /// Far above any network's checkpoint; keeps a hostile file from growing beyond reason.
  static constexpr std::size_t kMaxNodes = 1'000'000;

  /// @throws Malformed when there would be too many nodes.
  Value add(Node node) {
    charge(1);
    nodes_.push_back(std::move(node));
    return &nodes_.back();
  }
  /// Counts work that is as large as `nodes` nodes.
  void charge(std::size_t nodes) {
    charged_ += nodes;
    if (charged_ > kMaxNodes) {
      throw Malformed("more than " + std::to_string(kMaxNodes) + " objects");
    }
  }
  /// Counts so many copied bytes as the nodes that they are as large as.
  void charge_copy(std::size_t bytes) { charge(bytes / kBytesPerNode); }

  /// Remembers a storage that the pickle names. @throws Malformed when it has two sizes.
  void note(const Storage& storage) {
    const auto [at, added] = storages.emplace(storage.key, storage);
    if (!added && (at->second.root_elements != storage.root_elements ||
                   c10::elementSize(at->second.type) != c10::elementSize(storage.type))) {
      throw Malformed("two sizes for storage " + storage.key);
    }
  }

  Value root;
  std::unordered_map<std::string, Storage> storages;  ///< all that the pickle names, by key

 private:
  static constexpr std::size_t kBytesPerNode = 64;

  std::deque<Node> nodes_;
  std::size_t charged_ = 0;
};

/// The content of `value` as a T, or nullptr.
template <class T>
const T* as(const Value& value) {
  const auto* node = std::get_if<Node*>(&value);
  return node != nullptr ? std::get_if<T>(&(*node)->content) : nullptr;
}
template <class T>
T* as(Value& value) {
  auto* node = std::get_if<Node*>(&value);
  return node != nullptr ? std::get_if<T>(&(*node)->content) : nullptr;
}

}  // namespace jcs::weights::pickle
