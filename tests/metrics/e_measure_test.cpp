#include "jcs/metrics/e_measure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::e_curve;
using jcs::metrics::e_measure;

using Map = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

/// The definition, pixel by pixel.
double by_definition(const Mask& f, const Mask& g) {
  const auto n = static_cast<double>(f.size());
  const double epsilon = std::numeric_limits<double>::epsilon();
  const double mean_f = std::accumulate(f.begin(), f.end(), 0.0) / n;
  const double mean_g = std::accumulate(g.begin(), g.end(), 0.0) / n;
  double sum = 0.0;
  for (std::size_t i = 0; i < f.size(); ++i) {
    const double a = f[i] - mean_f;
    const double b = g[i] - mean_g;
    const double xi = 2 * a * b / (a * a + b * b + epsilon);
    sum += mean_g == 0.0 ? 1.0 - f[i] : mean_g == 1.0 ? f[i] : (1 + xi) * (1 + xi) / 4;
  }
  return sum / (n - 1 + epsilon);
}

Mask thresholded(const Map& map, float threshold) {
  Mask mask;
  for (const float p : map) {
    mask.push_back(p >= threshold ? 1 : 0);
  }
  return mask;
}

class EMeasureByDefinition : public testing::TestWithParam<double> {};

TEST_P(EMeasureByDefinition, EveryThresholdAgrees) {
  std::mt19937 random(5);
  Map map;
  Mask annotation;
  for (int i = 0; i < 500; ++i) {
    const double u = random() / 4294967296.0;
    annotation.push_back(random() / 4294967296.0 < GetParam() ? 1 : 0);
    // Values of 8 bits and values between them; both ends are there.
    map.push_back(i < 256 ? static_cast<float>(i) / 255.0F : static_cast<float>(u));
  }
  const auto curve = e_curve(map, annotation);
  for (int k = 0; k < 256; ++k) {
    EXPECT_NEAR(curve[static_cast<std::size_t>(k)],
                by_definition(thresholded(map, static_cast<float>(k) / 255.0F), annotation), 1e-12)
        << k;
  }
  const auto measure = e_measure(map, annotation);
  EXPECT_NEAR(measure.mean, std::accumulate(curve.begin(), curve.end(), 0.0) / 256, 1e-12);
  EXPECT_EQ(measure.maximum, *std::max_element(curve.begin(), curve.end()));
}

INSTANTIATE_TEST_SUITE_P(Shares, EMeasureByDefinition, testing::Values(0.0, 0.1, 0.7, 1.0));

TEST(EMeasure, AdaptiveThresholdIsTwiceTheMean) {
  const Map map = {0.6F, 0.5F, 0.1F, 0.0F};  // twice the mean: 0.6
  const Mask annotation = {1, 0, 0, 0};
  EXPECT_NEAR(e_measure(map, annotation).adaptive, by_definition(Mask{1, 0, 0, 0}, annotation),
              1e-12);
  EXPECT_NEAR(e_measure(map, annotation).adaptive, 4.0 / 3.0, 1e-9);
}

TEST(EMeasure, OfAMask) {
  const Mask mask = {1, 1, 0, 0, 0, 255};
  const Mask annotation = {1, 0, 0, 0, 0, 1};
  EXPECT_NEAR(e_measure(mask, annotation), by_definition({1, 1, 0, 0, 0, 1}, annotation), 1e-12);
}

TEST(EMeasure, MeterAverages) {
  jcs::metrics::EMeasureMeter meter;
  const auto first = meter.add(Map{0.9F, 0.1F, 0.2F}, Mask{1, 0, 0});
  const auto second = meter.add(Map{0.3F, 0.8F, 0.2F}, Mask{1, 0, 0});
  EXPECT_NE(first.mean, second.mean);
  EXPECT_DOUBLE_EQ(*meter.mean().value(), (first.mean + second.mean) / 2);
  EXPECT_DOUBLE_EQ(*meter.adaptive().value(), (first.adaptive + second.adaptive) / 2);
  EXPECT_DOUBLE_EQ(*meter.maximum().value(), (first.maximum + second.maximum) / 2);
  meter.reset();
  EXPECT_FALSE(meter.mean().value());
}

TEST(EMeasure, RefusesWhatIsNoProbability) {
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([] {
                e_measure(Map{std::nanf(""), 0.5F}, Mask{0, 1});
              }),
              testing::HasSubstr("pixel 0"));
}

}  // namespace
