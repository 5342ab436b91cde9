#pragma once

#include <vector>

#include <ATen/core/ivalue.h>
#include <torch/types.h>

#include "memory.hpp"
#include "target.hpp"

namespace jcs::inference {

/// Maps [N, C, h, w] that stand for themselves times a factor for each channel.
struct Part {
  at::Tensor maps;
  at::Tensor scale;  ///< [N, C, 1, 1]; undefined: none
};

/// A value while a network runs. Maps that are joined along their channels or scaled channel by
/// channel stay apart, for convolutions take them so: that saves a copy of each.
class Value {
 public:
  Value() = default;
  explicit Value(c10::IValue plain) : plain_(std::move(plain)) {}
  explicit Value(std::vector<Part> parts) : parts_(std::move(parts)) {}

  /// The value as LibTorch knows it: parts are joined now, once.
  const c10::IValue& plain(Memory& memory);
  at::Tensor tensor(Memory& memory) { return plain(memory).toTensor(); }
  [[nodiscard]] std::vector<Part> parts() const;

 private:
  c10::IValue plain_;
  std::vector<Part> parts_;  ///< empty: only plain
};

/// Values one behind the other along their channels.
Value joined(const std::vector<Value>& values);
/// Every channel times its factor, [N, C, 1, 1].
Value scaled(const Value& value, const at::Tensor& scale);
/// The mean of every channel: [N, C].
at::Tensor channel_means(const Value& value, const Target& target);
/// Parts as one tensor.
at::Tensor whole(const std::vector<Part>& parts, Memory& memory);

}  // namespace jcs::inference
