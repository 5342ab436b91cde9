#include "pickle_machine.hpp"

#include <bit>
#include <utility>

#include "jcs/core/error.hpp"

#include "pickle_opcodes.hpp"

namespace jcs::weights::pickle {

namespace {

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
      count();
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

}  // namespace jcs::weights::pickle
