#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace jcs::test {

/// Runs a test program's networks on one thread: small ones spend most of their time waiting for a
/// second, above all where test programs run beside one another.
class SingleThread : public testing::Environment {
 public:
  void SetUp() override { torch::set_num_threads(1); }
};

inline const testing::Environment* const kSingleThread =
    testing::AddGlobalTestEnvironment(new SingleThread);

}  // namespace jcs::test
