#include "jcs/metrics/distance_transform.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::nearest_foreground;
using jcs::metrics::PictureShape;
using testing::ElementsAre;
using testing::HasSubstr;

using Mask = std::vector<std::uint8_t>;

TEST(DistanceTransform, TiesGoToTheLeftAndThenUp) {
  const auto row = nearest_foreground(Mask{1, 0, 0, 0, 7}, {.rows = 1, .columns = 5});
  EXPECT_THAT(row.index, ElementsAre(0, 0, 0, 4, 4));
  EXPECT_THAT(row.squared_distance, ElementsAre(0.0, 1.0, 4.0, 1.0, 0.0));

  const auto column = nearest_foreground(Mask{1, 0, 1}, {.rows = 3, .columns = 1});
  EXPECT_THAT(column.index, ElementsAre(0, 0, 2));

  // The pixel in the middle is as near to the right pixel above it as to the left one below it.
  const auto diagonal =
      nearest_foreground(Mask{0, 0, 1, 0, 0, 0, 1, 0, 0}, {.rows = 3, .columns = 3});
  EXPECT_EQ(diagonal.index[4], 6);
}

TEST(DistanceTransform, SpacingDecidesWhatIsNear) {
  // Two columns to the right or one row down.
  const Mask mask = {0, 0, 1, 1, 0, 0};
  EXPECT_EQ(nearest_foreground(mask, {.rows = 2, .columns = 3}).index[0], 3);
  const auto tall = nearest_foreground(
      mask, {.rows = 2, .columns = 3, .row_spacing_mm = 5.0, .column_spacing_mm = 0.5});
  EXPECT_EQ(tall.index[0], 2);
  EXPECT_DOUBLE_EQ(tall.squared_distance[0], 1.0);
  // One spacing alone is as good as none.
  EXPECT_EQ(nearest_foreground(mask, {.rows = 2, .columns = 3, .row_spacing_mm = 5.0}).index[0], 3);
}

struct Case {
  PictureShape shape;
  double share;
};

class AgainstEveryPixel : public testing::TestWithParam<Case> {};

TEST_P(AgainstEveryPixel, Agrees) {
  const auto& [shape, share] = GetParam();
  jcs::Random random(8);
  Mask mask(static_cast<std::size_t>(shape.rows * shape.columns));
  for (auto& value : mask) {
    value = random.coin(share) ? 255 : 0;
  }
  mask[mask.size() / 2] = 1;
  const auto result = nearest_foreground(mask, shape);
  const double height = shape.has_spacing() ? shape.row_spacing_mm : 1.0;
  const double width = shape.has_spacing() ? shape.column_spacing_mm : 1.0;
  for (int r = 0; r < shape.rows; ++r) {
    for (int c = 0; c < shape.columns; ++c) {
      double nearest = std::numeric_limits<double>::infinity();
      int index = -1;
      for (int x = 0; x < shape.columns; ++x) {
        for (int y = 0; y < shape.rows; ++y) {
          const double distance =
              (r - y) * height * (r - y) * height + (c - x) * width * (c - x) * width;
          if (mask[static_cast<std::size_t>(y * shape.columns + x)] != 0 && distance < nearest) {
            nearest = distance;
            index = y * shape.columns + x;
          }
        }
      }
      const auto i = static_cast<std::size_t>(r * shape.columns + c);
      ASSERT_NEAR(result.squared_distance[i], nearest, 1e-12 * nearest) << r << ", " << c;
      if (!shape.has_spacing()) {
        ASSERT_EQ(result.index[i], index) << r << ", " << c;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AgainstEveryPixel,
    testing::Values(Case{{.rows = 33, .columns = 21}, 0.003},
                    Case{{.rows = 33, .columns = 21}, 0.05}, Case{{.rows = 17, .columns = 40}, 0.5},
                    Case{{.rows = 1, .columns = 60}, 0.1}, Case{{.rows = 60, .columns = 1}, 0.1},
                    Case{{.rows = 1, .columns = 1}, 0.0}, Case{{25, 30, 1.7, 0.6}, 0.02},
                    Case{{25, 30, 0.3, 2.9}, 0.02}));

TEST(DistanceTransform, NothingIsNearWithoutForeground) {
  const auto result = nearest_foreground(Mask(6, 0), {.rows = 2, .columns = 3});
  EXPECT_TRUE(result.index.empty());
  EXPECT_TRUE(result.squared_distance.empty());
}

TEST(DistanceTransform, RefusesShapesThatDoNotFit) {
  using jcs::test::error_line;
  EXPECT_THAT(error_line<jcs::InputError>(
                  [] { nearest_foreground(Mask(6, 1), {.rows = 2, .columns = 4}); }),
              HasSubstr("expected 2 x 4 = 8 pixels, got 6"));
  EXPECT_THROW(nearest_foreground(Mask(6, 1), {.rows = -2, .columns = -3}), jcs::InputError);
  EXPECT_THROW(nearest_foreground(Mask{}, {}), jcs::InputError);
  for (const double bad :
       {-0.7, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(error_line<jcs::InputError>([bad] {
                  nearest_foreground(Mask{1}, {1, 1, bad, 1.0});
                }),
                HasSubstr("row spacing"));
    EXPECT_THAT(error_line<jcs::InputError>([bad] {
                  nearest_foreground(Mask{1}, {1, 1, 1.0, bad});
                }),
                HasSubstr("column spacing"));
  }
}

}  // namespace
