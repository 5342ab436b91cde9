#include "jcs/metrics/overlap.hpp"

#include <array>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/metrics/mae.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::InputError;
using jcs::metrics::Binarisation;
using jcs::metrics::Confusion;
using jcs::metrics::OverlapMeter;
using jcs::test::error_line;
using testing::HasSubstr;

using Map = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

TEST(Overlap, AFixedThresholdIsExclusive) {
  const Map map = {0.5F, 0.51F, 0.2F, 0.9F};
  const Mask annotation = {1, 1, 0, 0};
  EXPECT_EQ(jcs::metrics::overlap(map, annotation),
            (Confusion{.tp = 1, .fp = 1, .fn = 1, .tn = 1}));
  EXPECT_EQ(jcs::metrics::overlap(map, annotation, {.threshold = 0.1}),
            (Confusion{.tp = 2, .fp = 2, .fn = 0, .tn = 0}));
}

TEST(Overlap, TwiceTheMeanIsInclusiveAndAtMostOne) {
  const Map map = {0.5F, 0.25F, 0.25F, 0.0F};
  EXPECT_DOUBLE_EQ(jcs::metrics::twice_mean(map), 0.5);
  const Mask annotation = {255, 0, 1, 0};
  EXPECT_EQ(jcs::metrics::overlap(map, annotation, {.binarisation = Binarisation::kTwiceMean}),
            (Confusion{.tp = 1, .fp = 0, .fn = 1, .tn = 2}));

  const Map bright = {1.0F, 1.0F, 0.9F};
  EXPECT_EQ(jcs::metrics::twice_mean(bright), 1.0);
  EXPECT_EQ(
      jcs::metrics::overlap(bright, Mask{1, 1, 1}, {.binarisation = Binarisation::kTwiceMean}),
      (Confusion{.tp = 2, .fp = 0, .fn = 1, .tn = 0}));
}

TEST(Overlap, TheMaskItCounts) {
  EXPECT_EQ(jcs::metrics::binarised(Map{0.5F, 0.51F, 0.0F, 1.0F}), (Mask{0, 1, 0, 1}));
  EXPECT_EQ(jcs::metrics::binarised(Map{0.5F, 0.25F, 0.25F, 0.0F},
                                    {.binarisation = Binarisation::kTwiceMean}),
            (Mask{1, 0, 0, 0}));
  EXPECT_THROW(jcs::metrics::binarised(Map{2.0F}), InputError);
  EXPECT_THROW(jcs::metrics::binarised(Map{}), InputError);
}

TEST(Overlap, ThresholdsBetweenTwoFloats) {
  // 0.3 is no float: the nearest one lies above it, that of 0.7 below.
  EXPECT_EQ(jcs::metrics::binarised(Map{0.3F, 0.7F}, {.threshold = 0.3}), (Mask{1, 1}));
  EXPECT_EQ(jcs::metrics::binarised(Map{0.3F, 0.7F}, {.threshold = 0.7}), (Mask{0, 0}));
}

TEST(Overlap, DiceAndIou) {
  const Confusion counts{.tp = 3, .fp = 1, .fn = 2, .tn = 10};
  EXPECT_DOUBLE_EQ(*dice(counts), 6.0 / 9.0);
  EXPECT_DOUBLE_EQ(*iou(counts), 0.5);

  const Confusion both_empty = jcs::metrics::overlap(Mask{0, 0}, Mask{0, 0});
  EXPECT_FALSE(dice(both_empty));
  EXPECT_FALSE(iou(both_empty));
  const Confusion annotation_empty = jcs::metrics::overlap(Mask{1, 0}, Mask{0, 0});
  EXPECT_EQ(dice(annotation_empty), 0.0);
  EXPECT_EQ(iou(annotation_empty), 0.0);
}

TEST(Overlap, MeterAveragesPicturesAndPoolsPixels) {
  OverlapMeter meter;
  meter.add(Map{1, 0, 0, 0}, Mask{1, 0, 0, 0});  // Dice 1
  meter.add(Map{1, 1, 1, 0}, Mask{0, 0, 0, 1});  // Dice 0
  meter.add(Map{0, 0, 0, 0}, Mask{0, 0, 0, 0});  // undefined
  EXPECT_EQ(meter.dice().value(), 0.5);
  EXPECT_EQ(meter.iou().value(), 0.5);
  EXPECT_EQ(meter.dice().undefined(), 1);
  EXPECT_EQ(meter.pooled(), (Confusion{.tp = 1, .fp = 3, .fn = 1, .tn = 7}));
  EXPECT_DOUBLE_EQ(*dice(meter.pooled()), 2.0 / 6.0);
  meter.reset();
  EXPECT_FALSE(meter.dice().value());
  EXPECT_EQ(meter.pooled().total(), 0);
}

TEST(Overlap, MeterKeepsItsOptionsAcrossReset) {
  OverlapMeter meter({.threshold = 0.8});
  meter.reset();
  EXPECT_EQ(meter.add(Map{0.7F, 0.9F}, Mask{1, 1}),
            (Confusion{.tp = 1, .fp = 0, .fn = 1, .tn = 0}));
}

TEST(MeanAbsoluteError, IsTheMeanDistance) {
  EXPECT_NEAR(jcs::metrics::mean_absolute_error(Map{0.25F, 1.0F, 0.0F, 0.5F}, Mask{1, 1, 1, 0}),
              (0.75 + 0.0 + 1.0 + 0.5) / 4.0, 1e-12);
}

TEST(Overlap, RefusesWhatIsNoPair) {
  EXPECT_THAT(error_line<InputError>([] { jcs::metrics::overlap(Map{}, Mask{}); }),
              HasSubstr("no pixels"));
  EXPECT_THAT(error_line<InputError>([] {
                jcs::metrics::overlap(Map{0, 0}, Mask{1});
              }),
              HasSubstr("expected 1 pixels, got 2"));
  EXPECT_THAT(error_line<InputError>([] { jcs::metrics::mean_absolute_error(Map{0}, Mask{}); }),
              HasSubstr("differ in size"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {nan, 1.01F, -0.1F, std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(error_line<InputError>([bad] {
                  jcs::metrics::overlap(Map{0, bad}, Mask{0, 1});
                }),
                HasSubstr("pixel 1"));
  }
}

}  // namespace
