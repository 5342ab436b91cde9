#include "training/reused_memory.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace jcs::training {
namespace {

constexpr std::int64_t kFloats = 1 << 20;

TEST(ReusedMemory, GivesANewTensorWhatAnotherLetGo) {
  const ReusedMemory memory;
  const void* first = torch::ones({kFloats}).data_ptr();
  const torch::Tensor second = torch::zeros({kFloats});
  EXPECT_EQ(second.data_ptr(), first);
  const torch::Tensor third = torch::ones({kFloats});
  EXPECT_NE(third.data_ptr(), first);
  EXPECT_EQ(second.sum().item<double>(), 0.0);
  EXPECT_EQ(third.sum().item<double>(), kFloats);
}

TEST(ReusedMemory, TensorsOutliveItAndMayEndInAnotherThread) {
  torch::Tensor kept;
  {
    const ReusedMemory memory;
    kept = torch::ones({kFloats});
    std::thread([passed = torch::ones({kFloats})] {
      EXPECT_EQ(passed.sum().item<double>(), kFloats);
    }).join();
  }
  EXPECT_EQ(kept.sum().item<double>(), kFloats);
  kept = torch::full({kFloats}, 2.0F);
  EXPECT_EQ(kept.sum().item<double>(), 2.0 * kFloats);
}

TEST(ReusedMemory, HoldsWithinAnother) {
  const ReusedMemory outer;
  const void* first = nullptr;
  {
    const ReusedMemory inner;
    first = torch::ones({kFloats}).data_ptr();
  }
  EXPECT_EQ(torch::ones({kFloats}).data_ptr(), first);
}

}  // namespace
}  // namespace jcs::training
