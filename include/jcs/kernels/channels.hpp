#pragma once

#include <cstdint>
#include <functional>

// What the kernels read and write: maps in channels-last order, that is
// [pictures][rows][columns][channels].
namespace jcs::kernels {

/// How many pixels a map has.
struct Extent {
  std::int64_t pictures = 1, height = 0, width = 0;
};

/// Some channels of a map, which lie side by side: all that it has, or a range of them.
struct Channels {
  const float* data = nullptr;  ///< of the first pixel
  int count = 0;                ///< channels
  std::int64_t pixel_stride =
      0;                         ///< floats from a pixel to the next, also across rows and pictures
  const float* scale = nullptr;  ///< a factor for each channel of each picture; null: none
  std::int64_t scale_stride = 0;  ///< floats from a picture's factors to the next picture's
};

/// Where a result goes. Its channels are the convolution's.
struct Output {
  float* data = nullptr;
  std::int64_t pixel_stride = 0;
  const float* addend = nullptr;  ///< is added before the ReLU; null: nothing
  std::int64_t addend_stride = 0;
  bool relu = false;
};

/// Runs tasks 0 … count − 1, each once, on any threads in any order; returns when all are done.
/// What a task throws is thrown here; tasks that have not begun are left out then.
struct Workers {
  int threads = 1;
  std::function<void(std::int64_t count, const std::function<void(std::int64_t)>& task)> run;
};

/// One task after the other on the calling thread.
Workers one_thread();
/// The threads of the process's OpenMP runtime, which are LibTorch's as well. Tasks go to whoever
/// is free: a thread that the system has put aside holds up one task, not its share of all.
Workers openmp_threads(int threads);

}  // namespace jcs::kernels
