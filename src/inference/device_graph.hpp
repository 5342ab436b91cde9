#pragma once

#include <functional>
#include <memory>

#include <c10/core/Device.h>

namespace jcs::inference {

/// Operations of a device, recorded once and launched as a whole: a network has hundreds of them,
/// and launched one by one small ones take longer to launch than to run.
class DeviceGraph {
 public:
  DeviceGraph() = default;
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;
  virtual ~DeviceGraph() = default;

  /// Does again what was recorded, with the same memory, on the current stream.
  virtual void replay() = 0;
};

/// Records what the work asks of the device's current stream, which does not run meanwhile. Null
/// where it cannot be recorded.
using GraphRecorder =
    std::function<std::unique_ptr<DeviceGraph>(const std::function<void()>& work)>;

/// The recorder of a device. What it records shares its memory: one replay may begin only when all
/// are done with the results of the one before. Empty where a device records nothing.
GraphRecorder graph_recorder(const c10::Device& device);

}  // namespace jcs::inference
