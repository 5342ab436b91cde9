#include "jcs/models/device.hpp"

#include <torch/cuda.h>

#include "jcs/core/error.hpp"

namespace jcs::models {

torch::Device resolve(const Device& device) {
  if (device.kind == Device::Kind::kCpu) {
    return torch::kCPU;
  }
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (device.kind == Device::Kind::kAuto) {
    return count > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  }
  if (device.index >= count) {
    throw UsageError({"no such CUDA device", to_text(device),
                      count == 0 ? "cpu (this machine offers no CUDA device)"
                                 : "an index below " + std::to_string(count)});
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(device.index)};
}

}  // namespace jcs::models
