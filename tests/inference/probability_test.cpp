#include "jcs/inference/probability.hpp"

#include <gtest/gtest.h>

namespace jcs::inference {
namespace {

TEST(Probability, FollowsTheDifferenceOfTheLogits) {
  EXPECT_DOUBLE_EQ(probability_of_second(0, 0), 0.5);
  EXPECT_DOUBLE_EQ(probability_of_second(-3, -2), 1 / (1 + std::exp(-1.0)));
  EXPECT_DOUBLE_EQ(probability_of_second(2, 1) + probability_of_second(1, 2), 1);
  EXPECT_EQ(probability_of_second(1e4, -1e4), 0.0);
  EXPECT_EQ(probability_of_second(-1e4, 1e4), 1.0);
}

TEST(Probability, IsAboveOneHalfOnlyWhereTheSecondLogitIsLarger) {
  for (const double difference : {1e-15, 1e-9, 1e-3}) {
    EXPECT_GT(probability_of_second(0, difference), 0.5) << difference;
    EXPECT_LT(probability_of_second(difference, 0), 0.5) << difference;
  }
  // Too small for a number near 1/2.
  EXPECT_EQ(probability_of_second(0, 1e-17), 0.5);
  EXPECT_EQ(probability_of_second(1e-17, 0), 0.5);
}

}  // namespace
}  // namespace jcs::inference
