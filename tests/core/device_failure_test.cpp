#include "jcs/core/device_failure.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

using jcs::device_failure;

// Words of LibTorch 2.11 and of the libraries beneath it.
constexpr const char* kIllegalAccess =
    "CUDA error: an illegal memory access was encountered\n"
    "Search for `cudaErrorIllegalAddress' in the CUDA documentation for more information.\n"
    "Device-side assertion tracking was not enabled by user.";

TEST(DeviceFailure, IsOneLineWithTheLibrarysWords) {
  const auto failure = device_failure(std::runtime_error(kIllegalAccess));
  ASSERT_TRUE(failure.has_value());
  EXPECT_STREQ(
      failure->what(),
      "the GPU failed or vanished; the same command can be given again (got CUDA error: an "
      "illegal memory access was encountered)");
  EXPECT_EQ(failure->code(), jcs::ExitCode::kUnforeseen);
}

TEST(DeviceFailure, IsToldByEveryLibrary) {
  for (const char* text :
       {"CUDA error: unspecified launch failure", "CUDA error: device not ready",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`",
        "CUDA driver error: device unavailable", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "NCCL error in: x.cpp:3, unhandled cuda error"}) {
    EXPECT_TRUE(device_failure(std::runtime_error(text)).has_value()) << text;
  }
}

TEST(DeviceFailure, IsNoLackOfMemory) {
  for (const char* text :
       {"CUDA out of memory. Tried to allocate 2.00 GiB", "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED"}) {
    EXPECT_FALSE(device_failure(std::runtime_error(text)).has_value()) << text;
  }
}

TEST(DeviceFailure, IsNothingElse) {
  EXPECT_FALSE(device_failure(jcs::InputError({"no CT slices in it", "in/a"})).has_value());
  EXPECT_FALSE(device_failure(std::runtime_error("")).has_value());
  // Only the first line counts: a backtrace names anything.
  EXPECT_FALSE(device_failure(std::runtime_error("odd shapes\nCUDA error: x")).has_value());
}

}  // namespace
