#include "device_stream.hpp"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace jcs::inference {

std::optional<c10::Stream> device_stream(const torch::Device& device) {
  if (device.is_cpu()) return std::nullopt;
  return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

std::int64_t free_memory(const torch::Device& device) {
  const auto [free, total] = at::accelerator::getMemoryInfo(device.index());
  const auto stats = at::accelerator::getDeviceStats(device.index());
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return static_cast<std::int64_t>(free) + stats.reserved_bytes.at(kAll).current -
         stats.allocated_bytes.at(kAll).current;
}

}  // namespace jcs::inference
