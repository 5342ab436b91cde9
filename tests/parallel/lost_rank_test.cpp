#include <chrono>

#include <gmock/gmock.h>

#include "run_ranks.hpp"

namespace jcs::parallel {
namespace {

using testing::HasSubstr;
constexpr int kKilled = 128 + 9;  // as a shell tells of SIGKILL
using Seconds = std::chrono::duration<double>;

void expect_told(const test::Finished& rank, const std::string& what) {
  EXPECT_EQ(rank.code, 1);
  EXPECT_EQ(rank.error_lines(), 1) << rank.err;
  EXPECT_THAT(rank.err, HasSubstr(what));
}

/// Runs the ranks and checks that those left end in half a minute.
std::vector<test::Finished> run_to_the_end(const std::string& what, int size) {
  const auto began = std::chrono::steady_clock::now();
  auto ranks = test::run_ranks(what, size);
  EXPECT_LT(Seconds(std::chrono::steady_clock::now() - began).count(), 30.0);
  return ranks;
}

class LostRankOf : public testing::TestWithParam<int> {};

TEST_P(LostRankOf, AKilledRankEndsTheOthers) {
  const auto ranks = run_to_the_end("killed", GetParam());
  EXPECT_EQ(ranks[1].code, kKilled);
  for (const int other : {0, 2}) {
    if (other < GetParam()) {
      expect_told(ranks[static_cast<std::size_t>(other)], "rank 1 shows no sign of life");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, LostRankOf, testing::Values(2, 3));

TEST(LostRank, RankZeroIsMissedLikeAnyOther) {
  const auto ranks = run_to_the_end("first killed", 3);
  EXPECT_EQ(ranks[0].code, kKilled);
  expect_told(ranks[1], "rank 0 can no longer be reached");
  expect_told(ranks[2], "rank 0 can no longer be reached");
}

TEST(LostRank, IsFoundOutWhenTheOthersNextMeet) {
  const auto ranks = run_to_the_end("killed while others work", 2);
  expect_told(ranks[0], "rank 1 shows no sign of life");
}

TEST(LostRank, ARankThatFailsEndsTheOthers) {
  const auto ranks = run_to_the_end("fails", 3);
  EXPECT_EQ(ranks[1].code, 3);
  EXPECT_EQ(ranks[1].err, "a slice is damaged\n");
  expect_told(ranks[0], "rank 1 left the training");
  expect_told(ranks[2], "rank 1 left the training");
}

TEST(LostRank, ARankThatHangsEndsTheOthers) {
  const auto ranks = run_to_the_end("stopped", 2);
  EXPECT_EQ(ranks[1].code, kKilled);
  expect_told(ranks[0], "rank 1 shows no sign of life");
}

}  // namespace
}  // namespace jcs::parallel
