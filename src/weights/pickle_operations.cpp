#include <utility>

#include "jcs/core/error.hpp"

#include "pickle_globals.hpp"
#include "pickle_machine.hpp"

// What the opcodes do with the stack, the memo and the objects.
namespace jcs::weights::pickle {

namespace {
constexpr std::size_t kReadAhead = 1 << 16;
}  // namespace

void Machine::refuse_global(const std::string& name) {
  // Whoever pickles a whole network pickles its dictionaries of parameters and modules as well.
  const std::string ahead = in_.rest(kReadAhead);
  if (ahead.find("_parameters") != std::string::npos &&
      ahead.find("_modules") != std::string::npos) {
    throw WeightsError({"is a whole pickled network (class " + name +
                            "), which needs its own Python code; save its state_dict() instead",
                        file_});
  }
  throw WeightsError(
      {"refers to " + name + ", which tensors do not need: refused, nothing of it was run", file_});
}

void Machine::count() {
  if (++values_ > kMaxValues) {
    throw Malformed("more than " + std::to_string(kMaxValues) + " values");
  }
}

void Machine::push(Value value) {
  count();
  stack_.push_back(std::move(value));
}

void Machine::push_node(Node node) { push(document_.add(std::move(node))); }

Value Machine::pop() {
  if (stack_.size() == (marks_.empty() ? 0 : marks_.back())) {
    throw Malformed("nothing left on the stack");
  }
  Value value = stack_.back();
  stack_.pop_back();
  return value;
}

Value& Machine::top() {
  if (stack_.empty()) {
    throw Malformed("nothing left on the stack");
  }
  return stack_.back();
}

std::vector<Value> Machine::pop_to_mark() {
  if (marks_.empty()) {
    throw Malformed("no mark on the stack");
  }
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

void Machine::put(std::uint64_t index) {
  count();
  memo_[index] = top();
}

void Machine::get(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) {
    throw Malformed("a reference to nothing");
  }
  push(found->second);
}

void Machine::push_tuple(std::size_t size) {
  std::vector<Value> items(size);
  for (std::size_t i = size; i-- > 0;) {
    items[i] = pop();
  }
  push_node({Tuple{std::move(items)}});
}

void Machine::global(const std::string& module, const std::string& name) {
  if (module.size() + 1 + name.size() > kMaxName) {
    throw Malformed("a name of more than " + std::to_string(kMaxName) + " bytes");
  }
  const std::string full = module + "." + name;
  auto found = find_global(full);
  if (!found) {
    refuse_global(full);
  }
  document_.charge_copy(full.size());
  push_node({std::move(*found)});
}

void Machine::stack_global() {
  const Value name = pop();
  const Value module = pop();
  if (as<Text>(name) == nullptr || as<Text>(module) == nullptr) {
    throw Malformed("a global without name");
  }
  global(as<Text>(module)->text, as<Text>(name)->text);
}

void Machine::persistent_id() {
  const Value id = pop();
  Storage storage = storage_of(id);
  document_.charge_copy(storage.key.size());
  document_.note(storage);
  push_node({std::move(storage)});
}

void Machine::reduce() {
  const Value arguments = pop();
  const Value function = pop();
  if (as<Global>(function) == nullptr || as<Tuple>(arguments) == nullptr) {
    throw Malformed("a call of something that is no function");
  }
  push(call(document_, *as<Global>(function), *as<Tuple>(arguments)));
}

void Machine::new_object() {
  const Value arguments = pop();
  const Value type = pop();
  const auto* found = as<Global>(type);
  if (found == nullptr || as<Tuple>(arguments) == nullptr) {
    throw Malformed("an object without class");
  }
  if (found->kind == GlobalKind::kScriptClass) {
    document_.charge_copy(found->name.size());
    push_node({Object{found->name, {}}});
  } else {
    push(call(document_, *found, *as<Tuple>(arguments)));
  }
}

void Machine::build() {
  const Value state = pop();
  if (auto* object = as<Object>(top())) {
    object->state = state;
  } else if (as<Dict>(top()) == nullptr) {  // attributes of a dictionary say nothing about tensors
    throw Malformed("a state for something that has none");
  }
}

void Machine::set_items(const std::vector<Value>& items) {
  auto* dict = as<Dict>(top());
  if (dict == nullptr || items.size() % 2 != 0) {
    throw Malformed("items for something that is no dictionary");
  }
  for (std::size_t i = 0; i < items.size(); i += 2) {
    dict->items.emplace_back(items[i], items[i + 1]);
  }
}

void Machine::append(const std::vector<Value>& items) {
  auto* list = as<List>(top());
  if (list == nullptr) {
    throw Malformed("items for something that is no list");
  }
  list->items.insert(list->items.end(), items.begin(), items.end());
}

}  // namespace jcs::weights::pickle
