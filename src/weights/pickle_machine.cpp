#include "pickle_machine.hpp"

#include <bit>
#include <utility>

#include "jcs/core/error.hpp"

#include "pickle_globals.hpp"
#include "pickle_opcodes.hpp"

namespace jcs::weights::pickle {

namespace {

constexpr std::size_t kReadAhead = 1 << 16;

std::string hex(std::uint8_t byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  return std::string("0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

Document Machine::run() {
  try {
    while (step()) {
    }
    document_.root = pop();
  } catch (const Malformed& error) {
    throw WeightsError({std::string("its pickle is damaged or not one of tensors: ") +
                            error.what() + " (byte " + std::to_string(position()) + ")",
                        file_});
  }
  return std::move(document_);
}

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

void Machine::put(std::uint64_t index) { memo_[index] = top(); }

void Machine::get(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) {
    throw Malformed("a reference to nothing");
  }
  push(found->second);
}

void Machine::push_tuple(std::size_t count) {
  std::vector<Value> items(count);
  for (std::size_t i = count; i-- > 0;) {
    items[i] = pop();
  }
  push_node({Tuple{std::move(items)}});
}

bool Machine::step() {
  const std::uint8_t opcode = in_.byte();
  switch (opcode) {
    case kStop:
      return false;
    case kProto: {
      const std::uint8_t protocol = in_.byte();
      if (protocol < 2 || protocol > 5) {
        throw Malformed("pickle protocol " + std::to_string(protocol));
      }
      break;
    }
    case kFrame:
      if (in_.little_endian(8) > in_.available()) {
        throw Malformed("a frame that is longer than the file");
      }
      break;
    case kMark:
      marks_.push_back(stack_.size());
      break;
    case kPop:
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      break;
    case kPopMark:
      pop_to_mark();
      break;
    case kBinPut:
      put(in_.byte());
      break;
    case kLongBinPut:
      put(in_.little_endian(4));
      break;
    case kMemoize:
      put(memo_.size());
      break;
    case kBinGet:
      get(in_.byte());
      break;
    case kLongBinGet:
      get(in_.little_endian(4));
      break;
    case kGlobal: {
      const std::string module = in_.line();
      global(module, in_.line());
      break;
    }
    case kStackGlobal:
      stack_global();
      break;
    case kBinPersId:
      persistent_id();
      break;
    case kReduce:
      reduce();
      break;
    case kNewObj:
      new_object();
      break;
    case kBuild:
      build();
      break;
    default:
      step_number(opcode);
  }
  return true;
}

void Machine::step_number(std::uint8_t opcode) {
  switch (opcode) {
    case kNone:
      push(std::monostate{});
      break;
    case kNewTrue:
      push(true);
      break;
    case kNewFalse:
      push(false);
      break;
    case kBinInt:
      push(std::int64_t{static_cast<std::int32_t>(in_.little_endian(4))});
      break;
    case kBinInt1:
      push(std::int64_t{in_.byte()});
      break;
    case kBinInt2:
      push(static_cast<std::int64_t>(in_.little_endian(2)));
      break;
    case kLong1:
    case kLong4: {
      const std::string digits = in_.bytes(in_.little_endian(opcode == kLong1 ? 1 : 4));
      if (digits.size() > 8) {
        push_node({BigInteger{digits}});
        break;
      }
      // Two's complement, sign in the last byte's highest bit.
      std::uint64_t number = !digits.empty() && (digits.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
      for (std::size_t i = digits.size(); i-- > 0;) {
        number = (number << 8) | static_cast<std::uint8_t>(digits[i]);
      }
      push(static_cast<std::int64_t>(number));
      break;
    }
    case kBinFloat: {
      std::uint64_t bits = 0;
      for (int i = 0; i < 8; ++i) {
        bits = (bits << 8) | in_.byte();
      }
      push(std::bit_cast<double>(bits));
      break;
    }
    default:
      step_text(opcode);
  }
}

void Machine::step_text(std::uint8_t opcode) {
  int width = 0;
  switch (opcode) {
    case kShortBinString:
    case kShortBinUnicode:
    case kShortBinBytes:
      width = 1;
      break;
    case kBinString:
    case kBinUnicode:
    case kBinBytes:
      width = 4;
      break;
    case kBinUnicode8:
    case kBinBytes8:
      width = 8;
      break;
    default:
      step_container(opcode);
      return;
  }
  push_node({Text{in_.bytes(in_.little_endian(width))}});
}

void Machine::step_container(std::uint8_t opcode) {
  switch (opcode) {
    case kEmptyList:
      push_node({List{}});
      break;
    case kEmptyDict:
      push_node({Dict{}});
      break;
    case kEmptyTuple:
      push_node({Tuple{}});
      break;
    case kTuple:
      push_node({Tuple{pop_to_mark()}});
      break;
    case kTuple1:
      push_tuple(1);
      break;
    case kTuple2:
      push_tuple(2);
      break;
    case kTuple3:
      push_tuple(3);
      break;
    case kAppend: {
      const Value item = pop();
      append({item});
      break;
    }
    case kAppends:
      append(pop_to_mark());
      break;
    case kSetItem: {
      const Value value = pop();
      const Value key = pop();
      set_items({key, value});
      break;
    }
    case kSetItems:
      set_items(pop_to_mark());
      break;
    default:
      throw Malformed("opcode " + hex(opcode) + ", which tensors do not need");
  }
}

void Machine::global(const std::string& module, const std::string& name) {
  const std::string full = module + "." + name;
  auto found = find_global(full);
  if (!found) {
    refuse_global(full);
  }
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
