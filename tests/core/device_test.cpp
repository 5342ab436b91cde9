#include "jcs/core/device.hpp"

#include <gtest/gtest.h>

#include "support/error_line.hpp"

namespace {

TEST(Device, ReadsItsNames) {
  using Kind = jcs::Device::Kind;
  EXPECT_EQ(jcs::parse_device("auto"), (jcs::Device{Kind::kAuto, 0}));
  EXPECT_EQ(jcs::parse_device("cpu"), (jcs::Device{Kind::kCpu, 0}));
  EXPECT_EQ(jcs::parse_device("cuda"), (jcs::Device{Kind::kCuda, 0}));
  EXPECT_EQ(jcs::to_text(jcs::parse_device("cuda:3")), "cuda:3");
}

TEST(Device, RefusesOtherNames) {
  for (const char* bad : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cuda:1000"}) {
    const std::string line =
        jcs::test::error_line<jcs::UsageError>([&] { jcs::parse_device(bad); });
    EXPECT_NE(line.find("expected auto, cpu, cuda or cuda:N"), std::string::npos) << line;
  }
}

}  // namespace
