#pragma once

#include <string>
#include <string_view>

namespace jcs {

/// A device by name; whether it is there is found out where a network is made ready to run.
struct Device {
  enum class Kind { kAuto, kCpu, kCuda };
  Kind kind = Kind::kAuto;  ///< auto: the first CUDA device where there is one, else the CPU
  int index = 0;            ///< which CUDA device

  bool operator==(const Device&) const = default;
};

/// Reads `auto`, `cpu`, `cuda` or `cuda:N`. @throws UsageError for anything else.
Device parse_device(std::string_view text);

std::string to_text(const Device& device);

}  // namespace jcs
