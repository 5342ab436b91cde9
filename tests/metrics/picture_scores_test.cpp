#include "jcs/metrics/picture_scores.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/metrics/f_measure.hpp"
#include "jcs/metrics/s_measure.hpp"
#include "jcs/metrics/weighted_f.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::Binarisation;
using jcs::metrics::Confusion;
using jcs::metrics::picture_scores;
using jcs::metrics::PictureShape;

using Map = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

constexpr PictureShape kShape{2, 4, 0.5, 2.0};

TEST(PictureScores, GathersEveryFigure) {
  const Map map = {0.9F, 0.6F, 0.2F, 0.0F, 0.75F, 0.25F, 0.0F, 0.0F};
  const Mask annotation = {1, 0, 0, 0, 1, 1, 0, 0};
  const auto scores = picture_scores(map, annotation, kShape);
  EXPECT_EQ(scores.pixels, (Confusion{.tp = 2, .fp = 1, .fn = 1, .tn = 4}));
  EXPECT_DOUBLE_EQ(*scores.dice, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(*scores.iou, 0.5);
  EXPECT_DOUBLE_EQ(*scores.sensitivity, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(*scores.specificity, 0.8);
  EXPECT_DOUBLE_EQ(*scores.precision, 2.0 / 3.0);
  EXPECT_NEAR(scores.mae, (0.1 + 0.6 + 0.2 + 0.25 + 0.75) / 8, 1e-7);
  EXPECT_EQ(scores.f, f_measure(scores.pixels));
  EXPECT_EQ(scores.weighted_f, weighted_f(map, annotation, kShape));
  EXPECT_EQ(scores.s_measure, s_measure(map, annotation, kShape));
  EXPECT_EQ(scores.e.mean, jcs::metrics::e_measure(map, annotation).mean);
  // Mask (0,0), (0,1), (1,0) and annotation (0,0), (1,0), (1,1): the pixels they do not share are
  // half a millimetre above one another.
  EXPECT_DOUBLE_EQ(*scores.surface_distance_mm, (0.5 + 0.5) / 6);
  EXPECT_NEAR(*scores.hausdorff95_mm, 0.45, 1e-12);  // position 1.9 of 0, 0, 0.5
  EXPECT_FALSE(scores.annotation_is_empty);
}

TEST(PictureScores, TheOptionsDecideTheMask) {
  const Map map = {0.5F, 0.25F, 0.25F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F};  // twice the mean: 0.25
  const Mask annotation = {1, 1, 1, 0, 0, 0, 0, 0};
  const auto fixed = picture_scores(map, annotation, kShape, {.threshold = 0.4});
  EXPECT_EQ(fixed.pixels.tp, 1);
  EXPECT_GT(fixed.surface_distance_mm, 0.0);
  const auto twice =
      picture_scores(map, annotation, kShape, {.binarisation = Binarisation::kTwiceMean});
  EXPECT_EQ(twice.dice, 1.0);
  EXPECT_EQ(twice.surface_distance_mm, 0.0);
  EXPECT_EQ(twice.mae, fixed.mae);
}

TEST(PictureScores, WithoutSpacingThereAreNoMillimetres) {
  const auto scores = picture_scores(Map{1, 0}, Mask{1, 0}, {.rows = 1, .columns = 2});
  EXPECT_EQ(scores.dice, 1.0);
  EXPECT_FALSE(scores.surface_distance_mm);
  EXPECT_FALSE(scores.hausdorff95_mm);
}

TEST(PictureScores, AnEmptyAnnotationWithoutAlarm) {
  const auto scores = picture_scores(Map(8, 0.0F), Mask(8, 0), kShape);
  EXPECT_TRUE(scores.annotation_is_empty);
  EXPECT_FALSE(scores.dice || scores.iou || scores.f || scores.sensitivity || scores.precision ||
               scores.weighted_f || scores.surface_distance_mm || scores.hausdorff95_mm);
  EXPECT_EQ(scores.specificity, 1.0);
  EXPECT_EQ(scores.mae, 0.0);
  EXPECT_EQ(scores.s_measure, 1.0);
}

TEST(PictureScores, AnEmptyAnnotationWithAFalseAlarm) {
  Map map(8, 0.0F);
  map[3] = 0.75F;
  map[4] = 0.25F;
  const auto scores = picture_scores(map, Mask(8, 0), kShape);
  EXPECT_TRUE(scores.annotation_is_empty);
  for (const auto& figure :
       {scores.dice, scores.iou, scores.f, scores.precision, scores.weighted_f}) {
    EXPECT_EQ(figure, 0.0);
  }
  EXPECT_FALSE(scores.sensitivity || scores.surface_distance_mm || scores.hausdorff95_mm);
  EXPECT_EQ(scores.specificity, 7.0 / 8.0);
  EXPECT_DOUBLE_EQ(scores.mae, 1.0 / 8.0);
  EXPECT_DOUBLE_EQ(*scores.s_measure, 7.0 / 8.0);
  EXPECT_NEAR(scores.e.adaptive, 6.0 / 7.0, 1e-12);  // two marked of eight, divided by N - 1
}

TEST(PictureScores, NothingFoundOfAnOpacity) {
  const auto scores = picture_scores(Map(8, 0.0F), Mask{1, 0, 0, 0, 0, 0, 0, 0}, kShape);
  EXPECT_EQ(scores.dice, 0.0);
  EXPECT_EQ(scores.sensitivity, 0.0);
  EXPECT_FALSE(scores.precision);
  EXPECT_FALSE(scores.surface_distance_mm);
  EXPECT_FALSE(scores.annotation_is_empty);
}

TEST(PictureScores, RefusesWhatIsNoPair) {
  using jcs::test::error_line;
  using testing::HasSubstr;
  EXPECT_THAT(error_line<jcs::InputError>([] { picture_scores(Map(6, 0.5F), Mask(8, 1), kShape); }),
              HasSubstr("expected 8 pixels, got 6"));
  EXPECT_THAT(error_line<jcs::InputError>([] { picture_scores(Map(6, 0.5F), Mask(6, 1), kShape); }),
              HasSubstr("2 x 4"));
  EXPECT_THAT(error_line<jcs::InputError>(
                  [] { picture_scores(Map(8, std::nanf("")), Mask(8, 1), kShape); }),
              HasSubstr("no probability"));
  EXPECT_THAT(error_line<jcs::InputError>([] {
                picture_scores(Map(8, 0.5F), Mask(8, 1), {2, 4, -1.0, 1.0});
              }),
              HasSubstr("row spacing"));
}

}  // namespace
