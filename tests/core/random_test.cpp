#include "jcs/core/random.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace {

TEST(Random, SeedsDependOnEveryPart) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
      for (std::uint64_t index = 0; index < 4; ++index) {
        seeds.insert(jcs::derive_seed(seed, epoch, index));
      }
    }
  }
  EXPECT_EQ(seeds.size(), 64u);
}

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  jcs::Random a(7);
  jcs::Random b(7);
  EXPECT_EQ(a.permutation(100), b.permutation(100));
  EXPECT_EQ(a.normal(), b.normal());
}

TEST(Random, RangesMayBeWiderThanASignedNumber) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  jcs::Random random(1);
  int below = 0;
  for (int i = 0; i < 1000; ++i) {
    below += random.integer(kLow, kHigh) < 0 ? 1 : 0;
    EXPECT_LT(random.integer(kLow, kHigh - 1), kHigh);
  }
  EXPECT_NEAR(below, 500, 80);
}

TEST(Random, PermutationHoldsEveryNumberOnce) {
  auto order = jcs::Random(3).permutation(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(order[i], i);
  }
}

TEST(Random, MomentsAreThoseOfTheDistributions) {
  jcs::Random random(1);
  const int n = 200'000;
  double uniform = 0, normal = 0, square = 0;
  std::vector<int> counts(6);
  for (int i = 0; i < n; ++i) {
    uniform += random.uniform();
    const double z = random.normal(2.0, 3.0);
    normal += z;
    square += (z - 2.0) * (z - 2.0);
    ++counts[static_cast<std::size_t>(random.integer(-2, 3) + 2)];
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  EXPECT_NEAR(normal / n, 2.0, 0.03);
  EXPECT_NEAR(square / n, 9.0, 0.15);
  for (const int count : counts) {
    EXPECT_NEAR(count, n / 6.0, 700);
  }
}

TEST(Random, MomentsOfGammaAndBetaAreThoseOfTheDistributions) {
  jcs::Random random(3);
  const int n = 200'000;
  for (const double shape : {0.5, 1.0, 4.0}) {
    double sum = 0, square = 0;
    for (int i = 0; i < n; ++i) {
      const double x = random.gamma(shape);
      sum += x;
      square += (x - shape) * (x - shape);
    }
    EXPECT_NEAR(sum / n, shape, 0.02) << shape;
    EXPECT_NEAR(square / n, shape, 0.06 * shape) << shape;
  }
  for (const double alpha : {0.5, 2.0}) {
    double sum = 0, square = 0;
    for (int i = 0; i < n; ++i) {
      const double x = random.beta(alpha, alpha);
      ASSERT_TRUE(x >= 0 && x <= 1);
      sum += x;
      square += (x - 0.5) * (x - 0.5);
    }
    EXPECT_NEAR(sum / n, 0.5, 0.005);
    EXPECT_NEAR(square / n, 1.0 / (4.0 * (2.0 * alpha + 1.0)), 0.002) << alpha;
  }
  const double tiny = random.beta(1e-300, 1e-300);
  EXPECT_TRUE(tiny == 0.0 || tiny == 1.0);
}

}  // namespace
