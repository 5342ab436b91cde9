#include "jcs/parallel/rendezvous.hpp"

#include <map>

#include <gmock/gmock.h>

#include "support/error_line.hpp"

namespace jcs::parallel {
namespace {

using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

std::optional<Rendezvous> read(const Variables& variables) {
  return rendezvous_from([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

Variables of_torchrun() {
  return {{"RANK", "3"},
          {"WORLD_SIZE", "8"},
          {"LOCAL_RANK", "1"},
          {"MASTER_ADDR", "node07"},
          {"MASTER_PORT", "29500"},
          {"TORCHELASTIC_USE_AGENT_STORE", "True"},
          {"TORCHELASTIC_RESTART_COUNT", "2"}};
}

Variables with(const std::string& name, const std::string& value) {
  Variables variables = of_torchrun();
  variables[name] = value;
  return variables;
}

Variables without(const std::string& name) {
  Variables variables = of_torchrun();
  variables.erase(name);
  return variables;
}

std::string complaint(const Variables& variables) {
  return test::error_line<UsageError>([&] { read(variables); });
}

TEST(Rendezvous, IsReadFromWhatTorchrunSets) {
  const auto rendezvous = read(of_torchrun());
  ASSERT_TRUE(rendezvous);
  EXPECT_EQ(rendezvous->rank, 3);
  EXPECT_EQ(rendezvous->size, 8);
  EXPECT_EQ(rendezvous->local_rank, 1);
  EXPECT_EQ(rendezvous->address, "node07");
  EXPECT_EQ(rendezvous->port, 29500);
  EXPECT_TRUE(rendezvous->served);
  EXPECT_EQ(rendezvous->attempt, 2);
  EXPECT_EQ(rendezvous->interface, "");
}

TEST(Rendezvous, WithoutALauncherRankZeroServesTheMeetingPoint) {
  const auto rendezvous = read({{"RANK", "0"},
                                {"WORLD_SIZE", "2"},
                                {"MASTER_ADDR", "::1"},
                                {"MASTER_PORT", "1"},
                                {"GLOO_SOCKET_IFNAME", "ib0"}});
  ASSERT_TRUE(rendezvous);
  EXPECT_FALSE(rendezvous->served);
  EXPECT_EQ(rendezvous->local_rank, 0);
  EXPECT_EQ(rendezvous->attempt, 0);
  EXPECT_EQ(rendezvous->interface, "ib0");
}

TEST(Rendezvous, WithoutAWorldSizeTheProcessIsAlone) {
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({{"RANK", "x"}, {"MASTER_PORT", "0"}}));
}

TEST(Rendezvous, RefusesARankThatTheWorldHasNoPlaceFor) {
  EXPECT_EQ(complaint(with("RANK", "8")),
            "environment: RANK and WORLD_SIZE disagree (expected a RANK below 8, got 8)");
  EXPECT_THAT(complaint(with("LOCAL_RANK", "8")), HasSubstr("LOCAL_RANK (expected a whole number "
                                                            "from 0 to 7, got 8)"));
}

TEST(Rendezvous, RefusesWhatIsNoNumber) {
  for (const auto& name : {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT"}) {
    for (const auto& value : {"two", "-1", "1.5", " 1", "99999999999999999999"}) {
      EXPECT_THAT(complaint(with(name, value)), HasSubstr(name)) << value;
    }
  }
  EXPECT_THAT(complaint(with("WORLD_SIZE", "0")), HasSubstr("of at least 1, got 0"));
  EXPECT_THAT(complaint(with("WORLD_SIZE", "")), HasSubstr("WORLD_SIZE"));
}

TEST(Rendezvous, RefusesAPortOutOfRange) {
  EXPECT_THAT(complaint(with("MASTER_PORT", "0")), HasSubstr("from 1 to 65535, got 0"));
  EXPECT_THAT(complaint(with("MASTER_PORT", "65536")), HasSubstr("from 1 to 65535, got 65536"));
}

TEST(Rendezvous, NamesTheVariableThatIsMissing) {
  for (const auto& name : {"RANK", "MASTER_ADDR", "MASTER_PORT"}) {
    EXPECT_THAT(complaint(without(name)),
                HasSubstr(std::string("WORLD_SIZE is set, but ") + name + " is not"));
  }
}

}  // namespace
}  // namespace jcs::parallel
