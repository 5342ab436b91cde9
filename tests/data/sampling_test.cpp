#include "jcs/data/sampling.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace {

using jcs::data::Balance;
using jcs::data::epoch_order;
using jcs::data::groups_of;
using jcs::data::ManifestEntry;

// Nine negatives and two positives of source a, one positive of source b.
std::vector<ManifestEntry> entries() {
  std::vector<ManifestEntry> out(12);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].label = i < 9 ? 0 : 1;
    out[i].source = i < 11 ? "a" : "b";
  }
  return out;
}

std::map<std::size_t, int> counts(const std::vector<std::size_t>& order) {
  std::map<std::size_t, int> out;
  for (const std::size_t i : order) {
    ++out[i];
  }
  return out;
}

TEST(Sampling, GroupsByWhatIsAskedFor) {
  const auto last = [](Balance balance) { return groups_of(entries(), balance).back(); };
  EXPECT_EQ(last(Balance::kNone), 0);
  EXPECT_EQ(last(Balance::kLabel), 1);
  EXPECT_EQ(last(Balance::kSource), 1);
  EXPECT_EQ(last(Balance::kLabelAndSource), 2);
  EXPECT_EQ(groups_of(entries(), Balance::kLabel)[9], 1);
}

TEST(Sampling, WithoutBalanceEverySliceIsShownOnce) {
  const auto order = epoch_order(groups_of(entries(), Balance::kNone), true, 1, 2);
  EXPECT_EQ(counts(order).size(), 12u);
  EXPECT_NE(order, epoch_order(groups_of(entries(), Balance::kNone), true, 1, 3));
  EXPECT_TRUE(
      std::ranges::is_sorted(epoch_order(groups_of(entries(), Balance::kNone), false, 1, 2)));
}

TEST(Sampling, BalanceGivesEveryGroupItsShare) {
  const auto groups = groups_of(entries(), Balance::kLabel);
  for (int epoch = 0; epoch < 5; ++epoch) {
    const auto order = epoch_order(groups, true, 1, epoch);
    ASSERT_EQ(order.size(), 12u);
    const auto shown = counts(order);
    int positive = 0;
    for (const auto& [slice, times] : shown) {
      positive += slice >= 9 ? times : 0;
      // Six places for nine negatives: each at most once; for three positives: each twice.
      EXPECT_LE(times, slice >= 9 ? 2 : 1);
    }
    EXPECT_EQ(positive, 6);
  }
  EXPECT_EQ(counts(epoch_order(groups_of(entries(), Balance::kLabelAndSource), true, 1, 0))[11], 4);
}

TEST(Sampling, DependsOnSeedAndEpochAlone) {
  const auto groups = groups_of(entries(), Balance::kLabel);
  EXPECT_EQ(epoch_order(groups, true, 4, 2), epoch_order(groups, true, 4, 2));
  EXPECT_NE(epoch_order(groups, true, 4, 2), epoch_order(groups, true, 5, 2));
}

}  // namespace
