#include "jcs/diagnosis/threshold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace jcs::diagnosis {
namespace {

TEST(Threshold, IsThePapersByDefault) { EXPECT_EQ(Threshold{}.slices(300), 25); }

TEST(Threshold, WholeNumbersAreSlices) {
  EXPECT_EQ(parse_threshold("25"), (Threshold{25, std::nullopt}));
  EXPECT_EQ(parse_threshold("1").slices(300), 1);
  EXPECT_EQ(parse_threshold("0").slices(300), 0);
}

TEST(Threshold, SharesAreOfTheStudysSlicesRoundedDown) {
  EXPECT_EQ(parse_threshold("0.1").slices(148), 14);
  EXPECT_EQ(parse_threshold("10%").slices(148), 14);
  EXPECT_EQ(parse_threshold("12.5%").slices(80), 10);
  EXPECT_EQ(parse_threshold("0.0").slices(80), 0);
}

TEST(Threshold, SharesThatAreWholeSlicesLoseNoneToBinaryFractions) {
  for (int percent = 0; percent < 100; ++percent) {
    const Threshold threshold = parse_threshold(std::to_string(percent) + "%");
    EXPECT_EQ(threshold.slices(100), percent);
    EXPECT_EQ(threshold.slices(300), 3 * percent);
  }
}

TEST(Threshold, RefusesWhatIsNeitherInOneLine) {
  for (const char* bad : {"", "-1", "-0.1", "1.0", "1.5", "100%", "110%", "25.5", "ten", "10 %",
                          "nan", "inf", "%", "99999999999", "25 slices"}) {
    const std::string line = test::error_line<UsageError>([&] { parse_threshold(bad); });
    EXPECT_THAT(line, testing::HasSubstr("threshold")) << bad;
    EXPECT_THAT(line, testing::HasSubstr(std::string("got '").append(bad).append("'"))) << bad;
  }
}

}  // namespace
}  // namespace jcs::diagnosis
