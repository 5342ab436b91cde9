#include "jcs/core/error.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Error, SaysWhatWhereExpectedAndGot) {
  EXPECT_EQ(jcs::to_line({"wrong size", "a.dcm", "512", "256"}),
            "a.dcm: wrong size (expected 512, got 256)");
  EXPECT_EQ(jcs::to_line({"wrong size", "a.dcm", "", "256"}), "a.dcm: wrong size (got 256)");
  EXPECT_EQ(jcs::to_line({"wrong size"}), "wrong size");
}

TEST(Error, StaysOnOneLineWhateverTheNameIs) {
  EXPECT_EQ(jcs::to_line({"bad", "a\nb\033[2J"}), "a?b?[2J: bad");
}

TEST(Error, CarriesItsExitCode) {
  EXPECT_EQ(jcs::UsageError({"x"}).code(), jcs::ExitCode::kUsage);
  EXPECT_EQ(jcs::InputError({"x"}).code(), jcs::ExitCode::kInput);
  EXPECT_EQ(jcs::WeightsError({"x"}).code(), jcs::ExitCode::kWeights);
  EXPECT_EQ(jcs::OutputError({"x"}).code(), jcs::ExitCode::kOutput);
}

TEST(Error, DoesNotCiteMegabytes) {
  const std::string line = jcs::to_line({"no number", "a.csv:1", "1", std::string(5'000'000, 'x')});
  EXPECT_LT(line.size(), 1100U);
  EXPECT_TRUE(line.ends_with("...)"));
}

}  // namespace
