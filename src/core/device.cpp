#include "jcs/core/device.hpp"

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs {

Device parse_device(std::string_view text) {
  if (text == "auto") {
    return {};
  }
  if (text == "cpu") {
    return {Device::Kind::kCpu, 0};
  }
  if (text == "cuda") {
    return {Device::Kind::kCuda, 0};
  }
  if (text.starts_with("cuda:")) {
    const auto index = parse_integer(text.substr(5));
    if (index && *index >= 0 && *index < 128) {
      return {Device::Kind::kCuda, static_cast<int>(*index)};
    }
  }
  throw UsageError(
      {"no such device", "device", "auto, cpu, cuda or cuda:N", "'" + std::string(text) + "'"});
}

std::string to_text(const Device& device) {
  switch (device.kind) {
    case Device::Kind::kAuto:
      return "auto";
    case Device::Kind::kCpu:
      return "cpu";
    case Device::Kind::kCuda:
      break;
  }
  return "cuda:" + std::to_string(device.index);
}

}  // namespace jcs
