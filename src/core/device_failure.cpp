#include "jcs/core/device_failure.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace jcs {

namespace {

// How LibTorch begins what it reports of CUDA's runtime and driver, cuBLAS and cuSPARSE ("CUDA
// error"), and of the others. Exceptions of them have no type in common.
constexpr std::array<std::string_view, 5> kSigns = {
    "CUDA error: ", "CUDA driver error: ", "cuDNN error: ", "cuFFT error: ", "NCCL error"};

// Each library has words of its own for memory that is not free.
constexpr std::array<std::string_view, 3> kMemory = {
    "out of memory", "ALLOC_FAILED", "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION"};

}  // namespace

std::optional<DeviceFailure> device_failure(const std::exception& error) {
  const std::string_view text = error.what();
  // The rest is advice to programmers and a backtrace.
  const std::string_view line = text.substr(0, text.find('\n'));
  const auto in_line = [&](std::string_view sign) { return line.find(sign) != line.npos; };
  if (std::none_of(kSigns.begin(), kSigns.end(), in_line) ||
      std::any_of(kMemory.begin(), kMemory.end(), in_line)) {
    return std::nullopt;
  }
  return DeviceFailure({.what = "the GPU failed or vanished; the same command can be given again",
                        .got = std::string(line)});
}

}  // namespace jcs
