#include "jcs/metrics/weighted_f.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::weighted_f;

using Map = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

/// The Gaussian along one axis, by distance from its middle.
std::array<double, 4> gaussian() {
  std::array<double, 4> g{};
  double sum = 0.0;
  for (int i = 0; i < 4; ++i) {
    g[static_cast<std::size_t>(i)] = std::exp(-i * i / 50.0);
    sum += (i == 0 ? 1 : 2) * g[static_cast<std::size_t>(i)];
  }
  for (double& one : g) {
    one /= sum;
  }
  return g;
}

/// F of the weighted errors inside and outside of `opacity` pixels.
double from_errors(double opacity, double inside, double outside) {
  const double recall = 1 - inside / opacity;
  const double precision = (opacity - inside) / (opacity - inside + outside);
  return 2 * recall * precision / (recall + precision);
}

TEST(WeightedF, OfAPerfectMapIsOne) {
  EXPECT_NEAR(*weighted_f(Map{0, 1, 1, 0}, Mask{0, 1, 1, 0}, {.rows = 2, .columns = 2}), 1.0,
              1e-12);
}

TEST(WeightedF, OutsideAnErrorGrowsWithTheDistance) {
  // One pixel away an error weighs 2 - 0.5^(1/5), 21 pixels away 2 - 0.5^(21/5).
  Map map(22, 0.0F);
  Mask annotation(22, 0);
  map[0] = 1.0F;
  annotation[0] = 1;
  map[1] = 0.5F;
  const double near = 0.5 * (2 - std::pow(0.5, 1.0 / 5));
  EXPECT_NEAR(*weighted_f(map, annotation, {.rows = 1, .columns = 22}), from_errors(1, 0, near),
              1e-9);
  std::swap(map[1], map[21]);
  const double far = 0.5 * (2 - std::pow(0.5, 21.0 / 5));
  EXPECT_NEAR(*weighted_f(map, annotation, {.rows = 1, .columns = 22}), from_errors(1, 0, far),
              1e-9);
}

TEST(WeightedF, InsideAnErrorIsSmoothedWithItsSurroundings) {
  // All pixels share the error of the one in the middle, so smoothing changes nothing there ...
  Map map(13 * 13, 0.0F);
  Mask annotation(13 * 13, 0);
  map[84] = 0.5F;
  annotation[84] = 255;
  EXPECT_NEAR(*weighted_f(map, annotation, {.rows = 13, .columns = 13}), 2.0 / 3.0, 1e-12);
  // ... while beyond the picture there is no error.
  const auto g = gaussian();
  EXPECT_NEAR(*weighted_f(Map{0.5F}, Mask{1}, {.rows = 1, .columns = 1}),
              from_errors(1, 0.5 * g[0] * g[0], 0), 1e-12);
}

TEST(WeightedF, ABackgroundPixelBetweenTwoTakesTheLeftOnesError) {
  // Errors 3/4, (3/4 from the left), 0.
  const auto g = gaussian();
  const double inside = 0.75 * (g[0] + g[1]) * g[0];
  EXPECT_NEAR(*weighted_f(Map{0.25F, 0, 1}, Mask{1, 0, 1}, {.rows = 1, .columns = 3}),
              from_errors(2, inside, 0), 1e-12);
  // Mirrored the middle has no error.
  EXPECT_NEAR(*weighted_f(Map{1, 0, 0.25F}, Mask{1, 0, 1}, {.rows = 1, .columns = 3}),
              from_errors(2, 0.75 * g[0] * g[0], 0), 1e-12);
  // Of two in a column it is the upper one.
  EXPECT_NEAR(*weighted_f(Map{0.25F, 0, 1}, Mask{1, 0, 1}, {.rows = 3, .columns = 1}),
              from_errors(2, inside, 0), 1e-12);
}

TEST(WeightedF, CountsPixelsWhateverTheySpan) {
  const Map map = {0.9F, 0.3F, 0.2F, 0.8F, 0.1F, 0.6F};
  const Mask annotation = {1, 0, 0, 0, 0, 1};
  EXPECT_EQ(weighted_f(map, annotation, {2, 3, 4.0, 0.25}),
            weighted_f(map, annotation, {.rows = 2, .columns = 3}));
}

TEST(WeightedF, EmptyAnnotation) {
  EXPECT_EQ(weighted_f(Map{0, 0.1F}, Mask{0, 0}, {.rows = 1, .columns = 2}), 0.0);
  EXPECT_FALSE(weighted_f(Map{0, 0}, Mask{0, 0}, {.rows = 1, .columns = 2}));
}

TEST(WeightedF, RefusesWhatIsNoPair) {
  EXPECT_THROW((void)weighted_f(Map{0, 1}, Mask{1}, {.rows = 1, .columns = 2}), jcs::InputError);
  EXPECT_THROW((void)weighted_f(Map{0, 1}, Mask{0, 1}, {.rows = 2, .columns = 2}), jcs::InputError);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([] {
                (void)weighted_f(Map{0, std::nanf("")}, Mask{0, 1}, {.rows = 1, .columns = 2});
              }),
              testing::HasSubstr("pixel 1"));
}

}  // namespace
