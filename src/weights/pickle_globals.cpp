#include "pickle_globals.hpp"

#include <unordered_map>

#include "tensor_geometry.hpp"

namespace jcs::weights::pickle {

namespace {

using c10::ScalarType;

const std::unordered_map<std::string, Global>& table() {
  static const auto* const kTable = [] {
    auto* globals = new std::unordered_map<std::string, Global>;
    const auto add = [&](const std::string& name, GlobalKind kind,
                         ScalarType type = ScalarType::Undefined) {
      globals->emplace(name, Global{name, kind, type});
    };
    add("collections.OrderedDict", GlobalKind::kOrderedDict);
    add("collections.Counter", GlobalKind::kCounter);
    add("torch.Size", GlobalKind::kSize);
    add("torch.device", GlobalKind::kDevice);
    add("torch._utils._rebuild_tensor", GlobalKind::kRebuildTensor);
    add("torch._utils._rebuild_tensor_v2", GlobalKind::kRebuildTensorV2);
    add("torch._utils._rebuild_tensor_v3", GlobalKind::kRebuildTensorV3);
    add("torch._utils._rebuild_parameter", GlobalKind::kRebuildParameter);
    add("torch._utils._rebuild_parameter_with_state", GlobalKind::kRebuildParameter);
    add("torch._tensor._rebuild_from_type_v2", GlobalKind::kRebuildFromType);
    add("torch.Tensor", GlobalKind::kTensorClass);
    add("torch._tensor.Tensor", GlobalKind::kTensorClass);
    add("torch.nn.parameter.Parameter", GlobalKind::kTensorClass);
    for (const char* list : {"build_intlist", "build_tensorlist", "build_doublelist",
                             "build_boollist", "restore_type_tag"}) {
      add(std::string("torch.jit._pickle.") + list, GlobalKind::kScriptList);
    }
    struct Named {
      const char* storage;
      const char* dtype;
      ScalarType type;
    };
    for (const Named& named : {Named{"Float", "float32", ScalarType::Float},
                               {"Double", "float64", ScalarType::Double},
                               {"Half", "float16", ScalarType::Half},
                               {"BFloat16", "bfloat16", ScalarType::BFloat16},
                               {"Long", "int64", ScalarType::Long},
                               {"Int", "int32", ScalarType::Int},
                               {"Short", "int16", ScalarType::Short},
                               {"Char", "int8", ScalarType::Char},
                               {"Byte", "uint8", ScalarType::Byte},
                               {"Bool", "bool", ScalarType::Bool}}) {
      add(std::string("torch.") + named.storage + "Storage", GlobalKind::kStorageClass, named.type);
      add(std::string("torch.") + named.dtype, GlobalKind::kDtype, named.type);
    }
    add("torch.storage.UntypedStorage", GlobalKind::kStorageClass, ScalarType::Byte);
    return globals;
  }();
  return *kTable;
}

std::int64_t integer(const Value& value, const char* what) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return *number;
  }
  throw Malformed(std::string(what) + " is no integer");
}

std::vector<std::int64_t> integers(const Value& value, const char* what) {
  const auto* tuple = as<Tuple>(value);
  if (tuple == nullptr) {
    throw Malformed(std::string(what) + " is no tuple");
  }
  std::vector<std::int64_t> out;
  out.reserve(tuple->items.size());
  for (const Value& item : tuple->items) {
    out.push_back(integer(item, what));
  }
  return out;
}

const Global& global(const Value& value, GlobalKind kind, const char* what) {
  const auto* found = as<Global>(value);
  if (found == nullptr || found->kind != kind) {
    throw Malformed(std::string("expected ") + what);
  }
  return *found;
}

// (storage, offset, sizes, strides, requires_grad, hooks, metadata) and, in the third version, the
// dtype before the metadata.
Value rebuild_tensor(Document& document, const Global& function, const Tuple& arguments) {
  const std::size_t needed = function.kind == GlobalKind::kRebuildTensor     ? 4
                             : function.kind == GlobalKind::kRebuildTensorV2 ? 6
                                                                             : 7;
  if (arguments.items.size() < needed) {
    throw Malformed(function.name + " has too few arguments");
  }
  const auto* storage = as<Storage>(arguments.items[0]);
  if (storage == nullptr) {
    throw Malformed("a tensor without storage");
  }
  // What the tensor's numbers mean beside the storage's: their negatives, or conjugates.
  const std::size_t at = function.kind == GlobalKind::kRebuildTensorV3 ? 7 : 6;
  if (function.kind != GlobalKind::kRebuildTensor && arguments.items.size() > at) {
    const auto* meaning = as<Dict>(arguments.items[at]);
    if (meaning != nullptr && !meaning->items.empty()) {
      throw Malformed("a tensor whose numbers are to be changed");
    }
  }
  Tensor tensor;
  tensor.storage = *storage;
  tensor.type = storage->type;
  if (function.kind == GlobalKind::kRebuildTensorV3) {
    tensor.type = global(arguments.items[6], GlobalKind::kDtype, "a dtype").type;
  }
  tensor.offset = integer(arguments.items[1], "a tensor's offset");
  tensor.sizes = integers(arguments.items[2], "a tensor's size");
  tensor.strides = integers(arguments.items[3], "a tensor's stride");
  const std::int64_t width = element_size(tensor.type);
  const std::int64_t storage_width = element_size(storage->type);
  check_view(tensor.offset, tensor.sizes, tensor.strides,
             storage->elements * storage_width / width);
  if (storage->first * storage_width % width != 0) {
    throw Malformed("a tensor between two elements of its storage");
  }
  tensor.offset += storage->first * storage_width / width;
  document.charge_copy(bytes_of(tensor));
  return document.add({std::move(tensor)});
}

Value ordered_dict(Document& document, const Tuple& arguments) {
  Dict dict;
  if (arguments.items.size() == 1) {
    const auto* list = as<List>(arguments.items[0]);
    if (list == nullptr) {
      throw Malformed("an OrderedDict that is not made of a list");
    }
    document.charge(list->items.size());
    for (const Value& item : list->items) {
      const auto* pair = as<Tuple>(item);
      const auto* pair_list = as<List>(item);
      if (pair == nullptr && pair_list == nullptr) {
        throw Malformed("an OrderedDict's entry that is no pair");
      }
      const auto& items = pair != nullptr ? pair->items : pair_list->items;
      if (items.size() != 2) {
        throw Malformed("an OrderedDict's entry that is no pair");
      }
      dict.items.emplace_back(items[0], items[1]);
    }
  } else if (!arguments.items.empty()) {
    throw Malformed("an OrderedDict with several arguments");
  }
  return document.add({std::move(dict)});
}

// (function, class, its arguments, state): a tensor with Python attributes.
Value rebuild_from_type(Document& document, const Tuple& arguments) {
  if (arguments.items.size() != 4) {
    throw Malformed("_rebuild_from_type_v2 without its four arguments");
  }
  const auto* function = as<Global>(arguments.items[0]);
  const auto* inner = as<Tuple>(arguments.items[2]);
  global(arguments.items[1], GlobalKind::kTensorClass, "a tensor's class");
  if (function == nullptr || inner == nullptr || function->kind == GlobalKind::kRebuildFromType) {
    throw Malformed("_rebuild_from_type_v2 of something that is no tensor");
  }
  Value made = call(document, *function, *inner);
  if (as<Tensor>(made) == nullptr) {
    throw Malformed("_rebuild_from_type_v2 of something that is no tensor");
  }
  return made;
}

}  // namespace

std::optional<Global> find_global(const std::string& name) {
  if (name.starts_with("__torch__.")) {
    return Global{name, GlobalKind::kScriptClass};
  }
  const auto found = table().find(name);
  return found == table().end() ? std::nullopt : std::optional(found->second);
}

Value call(Document& document, const Global& function, const Tuple& arguments) {
  switch (function.kind) {
    case GlobalKind::kOrderedDict:
      return ordered_dict(document, arguments);
    case GlobalKind::kRebuildTensor:
    case GlobalKind::kRebuildTensorV2:
    case GlobalKind::kRebuildTensorV3:
      return rebuild_tensor(document, function, arguments);
    case GlobalKind::kRebuildFromType:
      return rebuild_from_type(document, arguments);
    case GlobalKind::kRebuildParameter:
      if (arguments.items.empty() || as<Tensor>(arguments.items[0]) == nullptr) {
        throw Malformed("a parameter without tensor");
      }
      return arguments.items[0];
    case GlobalKind::kCounter:
    case GlobalKind::kSize:
    case GlobalKind::kScriptList:
      if (arguments.items.empty()) {
        throw Malformed(function.name + " without arguments");
      }
      return arguments.items[0];
    case GlobalKind::kDevice:
      return std::monostate{};
    case GlobalKind::kTensorClass:
    case GlobalKind::kStorageClass:
    case GlobalKind::kDtype:
    case GlobalKind::kScriptClass:
      break;
  }
  throw Malformed("a call of " + function.name);
}

// ("storage", class, key, location, elements) in zip files; legacy files add the view: nothing or
// (key, first element, elements).
Storage storage_of(const Value& persistent_id) {
  const auto* id = as<Tuple>(persistent_id);
  const auto* tag = id != nullptr && !id->items.empty() ? as<Text>(id->items[0]) : nullptr;
  if (tag == nullptr || tag->text != "storage" || id->items.size() < 5) {
    throw Malformed("a persistent id that is no storage");
  }
  const auto* key = as<Text>(id->items[2]);
  if (key == nullptr) {
    throw Malformed("a storage without key");
  }
  if (key->text.size() > kMaxName) {
    throw Malformed("a storage's key of more than " + std::to_string(kMaxName) + " bytes");
  }
  Storage storage;
  storage.key = key->text;
  storage.type = global(id->items[1], GlobalKind::kStorageClass, "a storage's class").type;
  storage.root_elements = integer(id->items[4], "a storage's size");
  storage.elements = storage.root_elements;
  std::int64_t bytes = 0;
  if (storage.root_elements < 0 ||
      __builtin_mul_overflow(storage.root_elements, element_size(storage.type), &bytes)) {
    throw Malformed("a storage of impossible size");
  }
  if (const auto* view = id->items.size() > 5 ? as<Tuple>(id->items[5]) : nullptr) {
    if (view->items.size() != 3) {
      throw Malformed("a storage's view that is no triple");
    }
    storage.first = integer(view->items[1], "a view's offset");
    storage.elements = integer(view->items[2], "a view's size");
    if (storage.first < 0 || storage.elements < 0 || storage.first > storage.root_elements ||
        storage.elements > storage.root_elements - storage.first) {
      throw Malformed("a view beyond its storage");
    }
  }
  return storage;
}

}  // namespace jcs::weights::pickle
