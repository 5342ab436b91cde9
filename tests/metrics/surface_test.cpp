#include "jcs/metrics/surface.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::PictureShape;
using jcs::metrics::surface_distances;

using Mask = std::vector<std::uint8_t>;

Mask rectangle(const PictureShape& shape, int top, int left, int rows, int columns) {
  Mask mask(static_cast<std::size_t>(shape.rows * shape.columns), 0);
  for (int r = top; r < top + rows; ++r) {
    for (int c = left; c < left + columns; ++c) {
      mask[static_cast<std::size_t>(r * shape.columns + c)] = 255;
    }
  }
  return mask;
}

TEST(Surface, TwoPixelsAreAsFarApartAsTheirSpacingSays) {
  const PictureShape square{6, 7, 1.0, 1.0};
  const auto distances =
      surface_distances(rectangle(square, 1, 1, 1, 1), rectangle(square, 4, 5, 1, 1), square);
  ASSERT_TRUE(distances);
  EXPECT_DOUBLE_EQ(distances->average_mm, 5.0);
  EXPECT_DOUBLE_EQ(distances->hausdorff95_mm, 5.0);

  const PictureShape tall{6, 7, 2.0, 0.5};
  EXPECT_DOUBLE_EQ(
      surface_distances(rectangle(tall, 1, 1, 1, 1), rectangle(tall, 4, 5, 1, 1), tall)->average_mm,
      std::hypot(3 * 2.0, 4 * 0.5));
}

TEST(Surface, ShiftedSquaresByHand) {
  // Of the eight border pixels four lie on the other's border. The three of the outer side are one
  // step from it, and so is the one in the other's middle, which is no border.
  const PictureShape shape{5, 6, 0.5, 0.5};
  const auto distances =
      surface_distances(rectangle(shape, 1, 1, 3, 3), rectangle(shape, 1, 2, 3, 3), shape);
  ASSERT_TRUE(distances);
  EXPECT_DOUBLE_EQ(distances->average_mm, 0.25);
  EXPECT_DOUBLE_EQ(distances->hausdorff95_mm, 0.5);
}

TEST(Surface, PercentileIsInterpolatedAndTheLargerDirectionCounts) {
  // Twenty pixels, nineteen of which are the other mask: position 0.95 · 19 = 18.05 between 0
  // and 1.
  const PictureShape shape{1, 20, 1.0, 1.0};
  const Mask longer = rectangle(shape, 0, 0, 1, 20);
  const Mask shorter = rectangle(shape, 0, 0, 1, 19);
  for (const auto& distances :
       {surface_distances(longer, shorter, shape), surface_distances(shorter, longer, shape)}) {
    ASSERT_TRUE(distances);
    EXPECT_NEAR(distances->hausdorff95_mm, 0.05, 1e-12);
    EXPECT_NEAR(distances->average_mm, 1.0 / 39.0, 1e-12);
  }
}

TEST(Surface, OnlyBordersCount) {
  const PictureShape shape{7, 7, 1.0, 1.0};
  const Mask full = rectangle(shape, 0, 0, 7, 7);
  EXPECT_EQ(surface_distances(full, full, shape)->average_mm, 0.0);
  // The picture's edge is a border: 24 pixels; the one in the middle is three steps from the
  // nearest of them. From the border to it: 3 four times, √10 and √13 eight times each, √18 four
  // times.
  const Mask middle = rectangle(shape, 3, 3, 1, 1);
  const double back = 4 * 3 + 8 * std::sqrt(10.0) + 8 * std::sqrt(13.0) + 4 * std::sqrt(18.0);
  EXPECT_NEAR(surface_distances(full, middle, shape)->average_mm, (back + 3) / 25, 1e-12);
}

TEST(Surface, DiagonalNeighboursDoNotMakeABorder) {
  // A 3 x 3 square without a corner: its middle touches background by that corner only.
  const PictureShape shape{3, 3, 1.0, 1.0};
  Mask mask = rectangle(shape, 0, 0, 3, 3);
  mask[0] = 0;
  // From (1, 1): √1 to the border, were it one the distance would be 0.
  const Mask middle = rectangle(shape, 1, 1, 1, 1);
  // Four sides at 1, three corners at √2, and 1 back.
  EXPECT_NEAR(surface_distances(mask, middle, shape)->average_mm, (4 + 3 * std::sqrt(2.0) + 1) / 8,
              1e-12);
}

TEST(Surface, UndefinedWithoutAMaskOrASpacing) {
  const PictureShape shape{2, 2, 1.0, 1.0};
  const Mask none(4, 0);
  const Mask some = {1, 0, 0, 0};
  EXPECT_FALSE(surface_distances(none, some, shape));
  EXPECT_FALSE(surface_distances(some, none, shape));
  EXPECT_FALSE(surface_distances(none, none, shape));
  EXPECT_FALSE(surface_distances(some, some, {.rows = 2, .columns = 2}));
  EXPECT_FALSE(surface_distances(some, some, {.rows = 2, .columns = 2, .row_spacing_mm = 1.0}));
  EXPECT_TRUE(surface_distances(some, some, shape));
}

TEST(Surface, RefusesWhatIsNoPair) {
  using jcs::test::error_line;
  EXPECT_THAT(error_line<jcs::InputError>([] {
                (void)surface_distances(Mask(4, 1), Mask(6, 1), {2, 2, 1.0, 1.0});
              }),
              testing::HasSubstr("differ in size"));
  EXPECT_THROW((void)surface_distances(Mask(4, 1), Mask(4, 1), {2, 3, 1.0, 1.0}), jcs::InputError);
  EXPECT_THAT(error_line<jcs::InputError>([] {
                (void)surface_distances(Mask(4, 1), Mask(4, 1), {2, 2, 1.0, -1.0});
              }),
              testing::HasSubstr("column spacing"));
  EXPECT_THROW((void)surface_distances(Mask{}, Mask{}, {}), jcs::InputError);
}

}  // namespace
