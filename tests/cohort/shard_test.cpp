#include "jcs/cohort/shard.hpp"

#include <gmock/gmock.h>

#include "support/error_line.hpp"

namespace {

using jcs::cohort::Shard;

TEST(Shard, EveryStudyIsInOnePart) {
  for (std::size_t study = 0; study < 20; ++study) {
    int parts = 0;
    for (int number = 1; number <= 3; ++number) {
      parts += Shard{number, 3}.holds(study) ? 1 : 0;
    }
    EXPECT_EQ(parts, 1) << study;
  }
  EXPECT_TRUE(Shard{}.holds(7));
}

TEST(Shard, IsReadFromText) {
  const Shard shard = Shard::parse("2/8");
  EXPECT_EQ(shard.number, 2);
  EXPECT_EQ(shard.count, 8);
}

TEST(Shard, RefusesWhatIsNoPart) {
  for (const char* text :
       {"", "2", "/", "0/8", "9/8", "-1/8", "1/0", "a/b", "1/8/2", " 1/8", "1/99999999999"}) {
    const std::string line = jcs::test::error_line<jcs::UsageError>([&] { Shard::parse(text); });
    EXPECT_THAT(line, testing::HasSubstr("i/n with i from 1 to n")) << text;
  }
}

}  // namespace
