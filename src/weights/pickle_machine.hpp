#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <unordered_map>
#include <vector>

#include "pickle_stream.hpp"
#include "pickle_value.hpp"

namespace jcs::weights::pickle {

/// Interprets one pickle (protocols 2 to 5) as far as files of tensors need it. Nothing is ever
/// called or imported: the few globals that tensors are made of have a fixed meaning here
/// (pickle_globals.hpp), and all others are refused by name, as are opcodes that tensors do not
/// need.
class Machine {
 public:
  /// `available`: bytes that `in` still has; no length in the pickle is believed beyond them.
  Machine(std::istream& in, std::uint64_t available, std::string file)
      : in_(in, available), file_(std::move(file)) {}

  /// Reads up to and including STOP. @throws WeightsError
  Document run();

  /// Bytes that run() used.
  [[nodiscard]] std::uint64_t position() const { return in_.position(); }

 private:
  /// Values that are pushed, marked or remembered in the course of a pickle: a byte writes one,
  /// and to hold it takes up to a hundred.
  static constexpr std::size_t kMaxValues = 4'000'000;

  [[noreturn]] void refuse_global(const std::string& name);

  void count();
  void push(Value value);
  void push_node(Node node);
  Value pop();
  Value& top();
  std::vector<Value> pop_to_mark();
  void put(std::uint64_t index);
  void get(std::uint64_t index);

  bool step();
  void step_number(std::uint8_t opcode);
  void step_text(std::uint8_t opcode);
  void step_container(std::uint8_t opcode);
  void global(const std::string& module, const std::string& name);
  void stack_global();
  void persistent_id();
  void reduce();
  void new_object();
  void build();
  void set_items(const std::vector<Value>& items);
  void append(const std::vector<Value>& items);
  void push_tuple(std::size_t items);

  ByteStream in_;
  std::string file_;
  Document document_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Value> memo_;
  std::size_t values_ = 0;
};

}  // namespace jcs::weights::pickle
