#pragma once

#include "jcs/core/device.hpp"
#include "jcs/inference/precision.hpp"

namespace jcs::inference {

/// Where and how a trained network runs; apart from `precision` none of it changes what it finds
/// beyond rounding.
struct RunnerOptions {
  Device device = {};
  int threads = 0;  ///< on the CPU, set for the whole process; 0: all cores it may use
  /// Slices at once; 0: what suits the device. A GPU that lacks the memory takes them in parts.
  int batch_size = 0;
  Precision precision = Precision::kAuto;
};

}  // namespace jcs::inference
