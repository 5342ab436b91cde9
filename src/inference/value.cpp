#include "value.hpp"

#include <torch/torch.h>

#include "pooling.hpp"

namespace jcs::inference {

at::Tensor whole(const std::vector<Part>& parts, Memory& memory) {
  if (parts.size() == 1 && !parts.front().scale.defined()) {
    return parts.front().maps;
  }
  std::int64_t channels = 0;
  for (const Part& part : parts) channels += part.maps.size(1);
  const at::Tensor& first = parts.front().maps;
  at::Tensor all =
      memory.maps(first.size(0), channels, first.size(2), first.size(3), first.scalar_type());
  std::int64_t at = 0;
  for (const Part& part : parts) {
    at::Tensor to = all.narrow(1, at, part.maps.size(1));
    if (part.scale.defined()) {
      at::mul_out(to, part.maps, part.scale);
    } else {
      to.copy_(part.maps);
    }
    at += part.maps.size(1);
  }
  return all;
}

const c10::IValue& Value::plain(Memory& memory) {
  if (!parts_.empty()) {
    plain_ = whole(parts_, memory);
    parts_.clear();
  }
  return plain_;
}

std::vector<Part> Value::parts() const {
  return parts_.empty() ? std::vector<Part>{{plain_.toTensor(), {}}} : parts_;
}

Value joined(const std::vector<Value>& values) {
  std::vector<Part> all;
  for (const Value& value : values) {
    for (Part& part : value.parts()) all.push_back(std::move(part));
  }
  return Value(std::move(all));
}

Value scaled(const Value& value, const at::Tensor& scale) {
  std::vector<Part> parts = value.parts();
  std::int64_t at = 0;
  for (Part& part : parts) {
    const at::Tensor own = scale.narrow(1, at, part.maps.size(1));
    part.scale = part.scale.defined() ? part.scale * own : own;
    at += part.maps.size(1);
  }
  return Value(std::move(parts));
}

at::Tensor channel_means(const Value& value, const Target& target) {
  std::vector<at::Tensor> means;
  for (const Part& part : value.parts()) {
    at::Tensor mean = map_means(part.maps, target);
    if (part.scale.defined()) mean = mean * part.scale;
    means.push_back(mean.flatten(1));
  }
  return means.size() == 1 ? means.front() : at::cat(means, 1);
}

}  // namespace jcs::inference
