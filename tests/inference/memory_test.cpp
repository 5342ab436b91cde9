#include "inference/memory.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace {

using jcs::inference::Memory;

/// Three maps at once, as a network has them, of slices of some size. @returns their bytes.
std::size_t network(Memory& memory, std::int64_t pixels) {
  std::vector<at::Tensor> maps;
  std::size_t bytes = 0;
  for (const std::int64_t channels : {8, 8, 32}) {
    maps.push_back(memory.maps(2, channels, pixels, pixels, torch::kFloat));
    maps.back().fill_(1);
    bytes += maps.back().nbytes();
  }
  return bytes;
}

TEST(Memory, IsUsedAgain) {
  Memory memory(torch::kCPU);
  network(memory, 64);
  const std::size_t held = memory.held();
  for (int i = 0; i < 5; ++i) network(memory, 64);
  EXPECT_EQ(memory.held(), held);
}

TEST(Memory, KeepsTwoSizesThatTakeTurns) {
  Memory memory(torch::kCPU);
  network(memory, 96);
  network(memory, 64);
  const std::size_t held = memory.held();
  for (int i = 0; i < 3; ++i) {
    network(memory, 96);
    network(memory, 64);
  }
  EXPECT_EQ(memory.held(), held);
}

TEST(Memory, DoesNotGrowWithTheNumberOfSizes) {
  Memory memory(torch::kCPU);
  std::size_t most = 0;
  for (std::int64_t pixels = 32; pixels <= 320; pixels += 8) {
    most = std::max(most, network(memory, pixels));
    // A block in use may be larger than the map in it. Were all kept, it would be nine times as
    // much.
    EXPECT_LE(memory.held(), 3 * most) << pixels;
  }
}

}  // namespace
