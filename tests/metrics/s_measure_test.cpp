#include "jcs/metrics/s_measure.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::s_measure;

using Map = std::vector<float>;
using Mask = std::vector<std::uint8_t>;
using Values = std::vector<double>;

double mean(const Values& v) {
  double sum = 0.0;
  for (const double one : v) {
    sum += one;
  }
  return sum / static_cast<double>(v.size());
}

double covariance(const Values& a, const Values& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - mean(a)) * (b[i] - mean(b));
  }
  return sum / (static_cast<double>(a.size()) - 1);
}

double object(const Values& marks) {
  const double x = mean(marks);
  return 2 * x / (x * x + 1 + std::sqrt(covariance(marks, marks)));
}

double similarity(const Values& p, const Values& g) {
  const double x = mean(p);
  const double y = mean(g);
  const double below = (x * x + y * y) * (covariance(p, p) + covariance(g, g));
  return below == 0.0 ? 1.0 : 4 * x * y * covariance(p, g) / below;
}

/// The definition, with the centroid known.
double by_definition(const Map& map, const Mask& annotation, int columns, int centre_row,
                     int centre_column) {
  Values inside;
  Values outside;
  std::vector<Values> p(4);
  std::vector<Values> g(4);
  for (std::size_t i = 0; i < map.size(); ++i) {
    (annotation[i] != 0 ? inside : outside).push_back(annotation[i] != 0 ? map[i] : 1.0 - map[i]);
    const int row = static_cast<int>(i) / columns;
    const int column = static_cast<int>(i) % columns;
    const std::size_t region = (row <= centre_row ? 0U : 2U) + (column <= centre_column ? 0U : 1U);
    p[region].push_back(map[i]);
    g[region].push_back(annotation[i] != 0 ? 1.0 : 0.0);
  }
  const auto pixels = static_cast<double>(map.size());
  const double share = static_cast<double>(inside.size()) / pixels;
  double result = 0.5 * (share * object(inside) + (1 - share) * object(outside));
  for (std::size_t region = 0; region < 4; ++region) {
    result +=
        0.5 * static_cast<double>(p[region].size()) / pixels * similarity(p[region], g[region]);
  }
  return result;
}

TEST(SMeasure, EqualsItsDefinition) {
  jcs::Random random(6);
  Map map;
  for (int i = 0; i < 9 * 12; ++i) {
    map.push_back(static_cast<float>(random.uniform()));
  }
  Mask annotation(map.size(), 0);
  // Rows 2 to 5 and columns 3 to 8 with the corner (5, 8) missing: mean row 3.43, column 5.39.
  for (std::size_t r = 2; r <= 5; ++r) {
    for (std::size_t c = 3; c <= 8; ++c) {
      annotation[r * 12 + c] = r == 5 && c == 8 ? 0 : 1;
      map[r * 12 + c] = std::min(1.0F, map[r * 12 + c] + 0.3F);
    }
  }
  EXPECT_NEAR(s_measure(map, annotation, {.rows = 9, .columns = 12}),
              by_definition(map, annotation, 12, 3, 5), 1e-12);
}

TEST(SMeasure, HalvesRoundToEven) {
  // The centroid lies at row 0.5 and column 1.5: the first row and three columns are above and
  // left.
  const Map map = {0.9F, 0.2F, 0.7F, 0.8F, 0.1F, 0.3F, 0.6F, 0.5F,
                   0.4F, 0.2F, 0.1F, 0.0F, 0.3F, 0.2F, 0.6F, 0.1F};
  const Mask annotation = {1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  Values p;
  Values g;
  for (std::size_t i = 0; i < 16; ++i) {
    p.push_back(map[i]);
    g.push_back(annotation[i]);
  }
  const auto part = [](const Values& v, std::vector<std::size_t> places) {
    Values result;
    for (const std::size_t place : places) {
      result.push_back(v[place]);
    }
    return result;
  };
  double regions = 3.0 / 16 * similarity(part(p, {0, 1, 2}), part(g, {0, 1, 2}));
  regions += 1.0 / 16;  // one pixel has the structure of any other
  const std::vector<std::size_t> lower_left = {4, 5, 6, 8, 9, 10, 12, 13, 14};
  regions += 9.0 / 16 * similarity(part(p, lower_left), part(g, lower_left));
  const std::vector<std::size_t> lower_right = {7, 11, 15};
  regions += 3.0 / 16 * similarity(part(p, lower_right), part(g, lower_right));
  Values outside;
  for (std::size_t i = 0; i < 16; ++i) {
    if (annotation[i] == 0) {
      outside.push_back(1.0 - p[i]);
    }
  }
  const double objects = 0.25 * object(part(p, {0, 3, 4, 7})) + 0.75 * object(outside);
  EXPECT_NEAR(s_measure(map, annotation, {.rows = 4, .columns = 4}), (objects + regions) / 2,
              1e-12);
}

TEST(SMeasure, OfAPerfectMapIsOneAndOfItsInverseNone) {
  const Mask annotation = {0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0};
  Map perfect;
  Map inverse;
  for (const std::uint8_t value : annotation) {
    perfect.push_back(value);
    inverse.push_back(1 - value);
  }
  EXPECT_NEAR(s_measure(perfect, annotation, {.rows = 4, .columns = 4}), 1.0, 1e-9);
  EXPECT_EQ(s_measure(inverse, annotation, {.rows = 4, .columns = 4}), 0.0);
}

TEST(SMeasure, OpacityOfOnePixelInACorner) {
  // The four regions are single pixels, which have no structure to differ in. The marks are 0.75
  // inside, and 0.75, 1, 0.5 outside: mean 0.75, deviation 0.25.
  const double objects = 0.25 * 1.5 / (0.5625 + 1) + 0.75 * 1.5 / (0.5625 + 1 + 0.25);
  EXPECT_NEAR(s_measure(Map{0.75F, 0.25F, 0, 0.5F}, Mask{1, 0, 0, 0}, {.rows = 2, .columns = 2}),
              (objects + 1) / 2, 1e-12);
  // In the last corner two rectangles and a half are empty.
  EXPECT_NEAR(s_measure(Map{0, 0, 0, 1}, Mask{0, 0, 0, 1}, {.rows = 2, .columns = 2}), 1.0, 1e-9);
}

TEST(SMeasure, EmptyAndFullAnnotations) {
  const Map map = {0.25F, 0.5F, 0, 1};
  EXPECT_DOUBLE_EQ(s_measure(map, Mask{0, 0, 0, 0}, {.rows = 2, .columns = 2}), 1 - 1.75 / 4);
  EXPECT_DOUBLE_EQ(s_measure(map, Mask{9, 9, 9, 9}, {.rows = 2, .columns = 2}), 1.75 / 4);
}

TEST(SMeasure, RefusesWhatIsNoPair) {
  EXPECT_THROW(s_measure(Map{0, 1}, Mask{1}, {.rows = 1, .columns = 2}), jcs::InputError);
  EXPECT_THROW(s_measure(Map{0, 1}, Mask{0, 1}, {.rows = 1, .columns = 3}), jcs::InputError);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([] {
                s_measure(Map{0, std::nanf("")}, Mask{0, 1}, {.rows = 1, .columns = 2});
              }),
              testing::HasSubstr("pixel 1"));
}

}  // namespace
