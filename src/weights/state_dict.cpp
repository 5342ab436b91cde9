#include "state_dict.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/core/utf8.hpp"

namespace jcs::weights {

namespace {

using pickle::Dict;
using pickle::Value;

// Where checkpoints keep their network, the usual names first.
constexpr std::array<std::string_view, 9> kWrappers = {
    "state_dict", "model_state_dict", "model_state", "model", "network",
    "net",        "module",           "weights",     "params"};
// What wrappers of a network put before every name: DataParallel, torch.compile.
constexpr std::array<std::string_view, 2> kPrefixes = {"module.", "_orig_mod."};
constexpr int kMaxWrappers = 4;  // of either kind, one inside the other
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxVisits = 1'000'000;
constexpr std::size_t kMaxListed = 8;
constexpr std::size_t kMostOfListed = 100;  // bytes of each

const std::string* text_of(const Value& value) {
  const auto* text = pickle::as<pickle::Text>(value);
  return text != nullptr ? &text->text : nullptr;
}

bool holds_tensors(const Dict& dict) {
  return std::any_of(dict.items.begin(), dict.items.end(), [](const auto& item) {
    return text_of(item.first) != nullptr && pickle::as<pickle::Tensor>(item.second) != nullptr;
  });
}

std::string listed(const Dict& dict, std::string_view except) {
  std::vector<std::string> names;
  for (const auto& [key, value] : dict.items) {
    const std::string* name = text_of(key);
    if (name != nullptr && *name != except) {
      if (names.size() == kMaxListed) {
        names.emplace_back("...");
        break;
      }
      names.push_back(shortened(*name, kMostOfListed));
    }
  }
  return joined(names);
}

// The dictionary below the first wrapper's name; one that holds tensors itself goes before others.
const Dict* wrapped(const Dict& dict, std::string& name) {
  const Dict* best = nullptr;
  for (const std::string_view wrapper : kWrappers) {
    for (const auto& [key, value] : dict.items) {
      const std::string* text = text_of(key);
      const auto* inner = pickle::as<Dict>(value);
      if (text == nullptr || *text != wrapper || inner == nullptr) {
        continue;
      }
      const bool direct = holds_tensors(*inner);
      if (best == nullptr || direct) {
        best = inner;
        name = *text;
      }
      if (direct) {
        return best;
      }
      break;  // a dictionary has a name once
    }
  }
  return best;
}

void drop_prefixes(StateDict& found) {
  const auto all_have = [&](std::string_view prefix) {
    return std::all_of(found.tensors.begin(), found.tensors.end(),
                       [&](const auto& item) { return item.first.starts_with(prefix); });
  };
  for (int dropped = 0; dropped < kMaxWrappers; ++dropped) {
    const auto* prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(), all_have);
    if (prefix == kPrefixes.end()) {
      return;
    }
    for (auto& item : found.tensors) {
      item.first.erase(0, prefix->size());
    }
    found.notes.push_back("prefix '" + std::string(*prefix) + "' dropped");
  }
}

// The tensors as they are found. A pickle may name one again and again, and a module hold itself.
class Collector {
 public:
  Collector(StateDict& found, std::string file) : found_(found), file_(std::move(file)) {}

  void add(const std::string& path, const std::string& name, const pickle::Tensor& tensor) {
    require_short(path, name);
    bytes_ += kBytesOfTensor + path.size() + name.size() + bytes_of(tensor);
    if (bytes_ > kMaxBytes) {
      throw WeightsError({"its names are too many or too long", file_,
                          "at most " + std::to_string(kMaxBytes) + " bytes together"});
    }
    found_.tensors.emplace_back(path + name, tensor);
  }
  void require_short(const std::string& path, const std::string& name) const {
    const std::size_t size = path.size() + name.size();
    if (size > pickle::kMaxName) {
      throw WeightsError({"has a name that is too long", file_,
                          "at most " + std::to_string(pickle::kMaxName) + " bytes",
                          std::to_string(size)});
    }
  }

 private:
  static constexpr std::size_t kBytesOfTensor = 256;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // as a pickle has

  StateDict& found_;
  std::string file_;
  std::size_t bytes_ = 0;
};

void refuse_doubles(const StateDict& found, const std::string& file) {
  std::unordered_set<std::string> names;
  for (const auto& item : found.tensors) {
    if (!names.insert(item.first).second) {
      throw WeightsError({"has two tensors named '" + item.first + "'", file});
    }
  }
}

// Walks a TorchScript module's attributes.
class ScriptWalk {
 public:
  ScriptWalk(StateDict& found, const std::string& file) : found_(found, file), file_(file) {}

  void visit(const pickle::Object& object, const std::string& path, int depth) {
    const auto* state = pickle::as<Dict>(object.state);
    if (state == nullptr) {
      return;
    }
    for (const auto& [key, value] : state->items) {
      const std::string* name = text_of(key);
      if (++visits_ > kMaxVisits || depth > kMaxDepth) {
        throw WeightsError({"its modules are nested without end", file_});
      }
      if (name == nullptr) {
        continue;
      }
      if (const auto* tensor = pickle::as<pickle::Tensor>(value)) {
        found_.add(path, *name, *tensor);
      } else if (const auto* module = pickle::as<pickle::Object>(value)) {
        found_.require_short(path, *name);
        visit(*module, path + *name + ".", depth + 1);
      }
    }
  }

 private:
  Collector found_;
  std::string file_;
  std::size_t visits_ = 0;
};

}  // namespace

StateDict find_state_dict(const pickle::Value& root, const std::string& file) {
  StateDict found;
  const auto* dict = pickle::as<Dict>(root);
  if (dict == nullptr) {
    throw WeightsError(
        {"holds no state dict", file, "a dictionary of tensors",
         pickle::as<pickle::Tensor>(root) != nullptr ? "a single tensor" : "something else"});
  }
  std::string name;
  for (int depth = 0; depth < kMaxWrappers; ++depth) {
    const Dict* inner = wrapped(*dict, name);
    if (inner == nullptr) {
      break;
    }
    found.notes.push_back("taken from '" + name + "'");
    const std::string others = listed(*dict, name);
    if (!others.empty()) {
      found.notes.push_back("not read: " + others);
    }
    dict = inner;
  }
  if (!holds_tensors(*dict)) {
    throw WeightsError(
        {"holds no state dict", file, "names with tensors",
         dict->items.empty() ? "an empty dictionary" : "a dictionary of " + listed(*dict, "")});
  }
  Collector collector(found, file);
  std::size_t others = 0;
  for (const auto& [key, value] : dict->items) {
    const std::string* text = text_of(key);
    const auto* tensor = pickle::as<pickle::Tensor>(value);
    if (text != nullptr && tensor != nullptr) {
      collector.add("", *text, *tensor);
    } else {
      ++others;
    }
  }
  if (others > 0) {
    found.notes.push_back(std::to_string(others) + " entries are no tensors");
  }
  drop_prefixes(found);
  refuse_doubles(found, file);
  return found;
}

StateDict script_state_dict(const pickle::Value& root, const std::string& file) {
  StateDict found;
  const auto* object = pickle::as<pickle::Object>(root);
  if (object != nullptr) {
    ScriptWalk(found, file).visit(*object, "", 0);
  }
  if (found.tensors.empty()) {
    throw WeightsError({"is a TorchScript archive without tensors", file});
  }
  found.notes.push_back("tensors of the TorchScript module " +
                        (object != nullptr ? object->class_name : std::string()) +
                        "; its code was not read");
  drop_prefixes(found);
  refuse_doubles(found, file);
  return found;
}

}  // namespace jcs::weights
