#include <array>

#include <gmock/gmock.h>

#include "jcs/parallel/ranks.hpp"

#include "run_ranks.hpp"
#include "support/error_line.hpp"

namespace jcs::parallel {
namespace {

using testing::HasSubstr;

void expect_refused(const test::Finished& rank, const std::string& what) {
  EXPECT_EQ(rank.code, 2);
  EXPECT_EQ(rank.error_lines(), 1) << rank.err;
  EXPECT_THAT(rank.err, HasSubstr(what));
}

TEST(Join, RefusesATakenPort) {
  const test::TakenPort taken;
  const auto rank = test::run_rank("meet", {0, 2}, taken.port(), 5);
  expect_refused(rank, "127.0.0.1:" + std::to_string(taken.port()) + ": the port is taken");
}

TEST(Join, RefusesRanksThatAnnounceOtherSizes) {
  const auto ranks = test::run_ranks("meet", {{0, 2}, {1, 3}, {2, 3}}, 6);
  expect_refused(ranks[0], "WORLD_SIZE is 2 on rank 0 and 3 on rank 1");
  expect_refused(ranks[1], "WORLD_SIZE is 2 on rank 0 and 3 on rank 1");
  expect_refused(ranks[2], "");  // rank 0 may be gone by then: nobody told it of a rank 2
}

TEST(Join, RefusesTwoProcessesOfOneRank) {
  const auto ranks = test::run_ranks("meet", {{0, 3}, {1, 3}, {1, 3}}, 5);
  const bool first = ranks[1].err.find("two processes") != std::string::npos;
  expect_refused(ranks[first ? 1 : 2], "two processes have RANK 1");
  expect_refused(ranks[0], "rank 2 did not come within 5 s");
}

TEST(Join, NamesWhoIsMissing) {
  const auto ranks = test::run_ranks("meet", {{0, 4}, {2, 4}}, 4);
  expect_refused(ranks[0], "rank 1, rank 3 did not come within 4 s");
  EXPECT_EQ(ranks[1].code, 2);
  EXPECT_EQ(ranks[1].error_lines(), 1) << ranks[1].err;
}

TEST(Join, SaysThatRankZeroDoesNotAnswer) {
  const int port = test::free_port();
  const auto rank = test::run_rank("meet", {1, 2}, port, 1);
  expect_refused(rank, "127.0.0.1:" + std::to_string(port) + ": rank 0 did not answer within 1 s");
}

TEST(Join, SaysThatSomethingElseAnswers) {
  const test::TakenPort silent;
  expect_refused(test::run_rank("meet", {1, 2}, silent.port(), 2), "no meeting point");
}

TEST(Join, ReadsWhatALauncherSets) {
  const std::string port = std::to_string(test::free_port());
  std::array<test::Finished, 2> ranks;
  std::array<std::thread, 2> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads[i] = std::thread([&, i] {
      ranks[i] = test::run_program({JCS_RANK_PROGRAM, "calls"},
                                   "export RANK=" + std::to_string(i) +
                                       " WORLD_SIZE=2 MASTER_ADDR=localhost MASTER_PORT=" + port);
    });
  }
  for (std::size_t i = 0; i < 2; ++i) {
    threads[i].join();
  }
  for (const test::Finished& rank : ranks) {
    EXPECT_EQ(rank.code, 0) << rank.err;
    EXPECT_THAT(rank.out, HasSubstr("text: from 0\ntext: from 1\n"));
  }
}

Rendezvous of_one() {
  Rendezvous rendezvous;
  rendezvous.address = "127.0.0.1";
  rendezvous.port = test::free_port();
  rendezvous.timeout = std::chrono::seconds(10);
  return rendezvous;
}

TEST(Join, SaysThatAnAddressIsUnknown) {
  Rendezvous rendezvous = of_one();
  rendezvous.rank = 1;
  rendezvous.size = 2;
  rendezvous.address = "nowhere.invalid";
  rendezvous.timeout = std::chrono::seconds(1);
  EXPECT_THAT(test::error_line<UsageError>([&] { Ranks::join(rendezvous, torch::kCPU); }),
              HasSubstr("nowhere.invalid:" + std::to_string(rendezvous.port) + ": no way leads"));
}

TEST(Join, TalksOverTheInterfaceThatIsNamed) {
  Rendezvous rendezvous = of_one();
  rendezvous.interface = "lo";
  const auto ranks = Ranks::join(rendezvous, torch::kCPU);
  EXPECT_FALSE(ranks->is_alone());
  EXPECT_TRUE(torch::equal(ranks->sum(torch::tensor({2.5F})), torch::tensor({2.5F})));
}

TEST(Join, RefusesAnInterfaceThatIsNotThere) {
  Rendezvous rendezvous = of_one();
  rendezvous.interface = "nowhere0";
  EXPECT_THAT(test::error_line<UsageError>([&] { Ranks::join(rendezvous, torch::kCPU); }),
              HasSubstr("nowhere0"));
}

TEST(Join, RefusesACudaDeviceThatIsNotThere) {
  Rendezvous rendezvous = of_one();
  rendezvous.local_rank = 100;
  EXPECT_THAT(test::error_line<UsageError>([&] { Ranks::join(rendezvous, torch::kCUDA); }),
              HasSubstr("no CUDA device for this rank"));
}

}  // namespace
}  // namespace jcs::parallel
