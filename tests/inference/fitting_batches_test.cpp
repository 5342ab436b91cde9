#include "inference/fitting_batches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace jcs::inference {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A device that has memory for so many slices at once; doubles what it is given.
struct CountedDevice {
  std::int64_t room = 1;
  std::vector<std::int64_t> tried = {};
  int asked_for_room = 0;

  at::Tensor run(const at::Tensor& batch, std::int64_t& most) {
    return in_fitting_batches(
        batch, most,
        [&](const at::Tensor& part) {
          tried.push_back(part.size(0));
          TORCH_CHECK_WITH(OutOfMemoryError, part.size(0) <= room, "no memory");
          return part * 2;
        },
        [&] { ++asked_for_room; });
  }
};

constexpr std::int64_t kMany = 1000;

TEST(FittingBatches, ABatchThatFitsRunsWhole) {
  CountedDevice device{.room = 8};
  std::int64_t most = kMany;
  const at::Tensor x = torch::randn({8, 3});
  EXPECT_TRUE(device.run(x, most).equal(x * 2));
  EXPECT_THAT(device.tried, ElementsAre(8));
  EXPECT_EQ(most, kMany);
  EXPECT_EQ(device.asked_for_room, 0);
}

TEST(FittingBatches, ABatchThatDoesNotIsHalvedUntilItDoes) {
  CountedDevice device{.room = 3};
  std::int64_t most = kMany;
  const at::Tensor x = torch::randn({8, 3});
  EXPECT_TRUE(device.run(x, most).equal(x * 2));
  EXPECT_THAT(device.tried, ElementsAre(8, 4, 2, 2, 2, 2));
  EXPECT_EQ(most, 2);
  EXPECT_EQ(device.asked_for_room, 2);
}

TEST(FittingBatches, WhatFittedIsRemembered) {
  CountedDevice device{.room = 3};
  std::int64_t most = kMany;
  device.run(torch::randn({8, 3}), most);
  device.tried.clear();
  device.run(torch::randn({5, 3}), most);
  EXPECT_THAT(device.tried, ElementsAre(2, 2, 1));
}

TEST(FittingBatches, PartsAreHalvesRatherThanWhatJustFits) {
  CountedDevice device{.room = 11};
  std::int64_t most = 11;
  device.run(torch::randn({16, 3}), most);
  EXPECT_THAT(device.tried, ElementsAre(8, 8));
}

TEST(FittingBatches, EveryRoomGivesTheSame) {
  const at::Tensor x = torch::randn({13, 2, 5});
  for (std::int64_t room = 1; room <= 14; ++room) {
    CountedDevice device{.room = room};
    std::int64_t most = kMany;
    EXPECT_TRUE(device.run(x, most).equal(x * 2)) << room;
  }
}

TEST(FittingBatches, AnEmptyBatchHasAnEmptyAnswer) {
  CountedDevice device{.room = 1};
  std::int64_t most = kMany;
  EXPECT_EQ(device.run(torch::randn({0, 3}), most).sizes(), (std::vector<std::int64_t>{0, 3}));
}

TEST(FittingBatches, NoRoomForOneSliceIsOneClearLine) {
  CountedDevice device{.room = 0};
  std::int64_t most = kMany;
  const std::string line = test::error_line<UsageError>([&] {
    device.run(torch::randn({4, 3}), most);
  });
  EXPECT_THAT(
      line,
      HasSubstr(
          "cpu: too little memory is free for a single slice (expected another device with more "
          "free memory, or --device cpu)"));
  EXPECT_THAT(device.tried, ElementsAre(4, 2, 1));
}

TEST(FittingBatches, OtherFailuresAreHandedOn) {
  std::int64_t most = kMany;
  int calls = 0;
  EXPECT_THROW(in_fitting_batches(
                   torch::randn({4, 3}), most,
                   [&](const at::Tensor&) -> at::Tensor {
                     ++calls;
                     throw std::runtime_error("the cable is out");
                   },
                   [] {}),
               std::runtime_error);
  EXPECT_EQ(calls, 1);
}

TEST(FittingSlices, AreThoseThatTakeHalfOfTheFreeMemory) {
  EXPECT_EQ(fitting_slices(10, 160), 8);
  EXPECT_EQ(fitting_slices(10, 159), 7);
  EXPECT_EQ(fitting_slices(10, 19), 1);
  EXPECT_EQ(fitting_slices(10, -5), 1);
  EXPECT_EQ(fitting_slices(0, 100), 50);
}

}  // namespace
}  // namespace jcs::inference
