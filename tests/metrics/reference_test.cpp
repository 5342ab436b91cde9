// Figures of an independent tool on pairs of pictures.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/text.hpp"
#include "jcs/metrics/e_measure.hpp"
#include "jcs/metrics/mae.hpp"
#include "jcs/metrics/overlap.hpp"

#include "support/shared.hpp"

namespace {

using nlohmann::json;

struct Pair {
  std::vector<float> map;
  std::vector<std::uint8_t> annotation;
};

Pair read_pair(const std::string& stem) {
  const auto folder = jcs::test::reference_dir() / "metrics";
  const cv::Mat prediction =
      cv::imread((folder / (stem + "_prediction.png")).string(), cv::IMREAD_GRAYSCALE);
  const cv::Mat annotation =
      cv::imread((folder / (stem + "_annotation.png")).string(), cv::IMREAD_GRAYSCALE);
  Pair pair;
  for (const std::uint8_t grey : cv::Mat_<std::uint8_t>(prediction)) {
    pair.map.push_back(static_cast<float>(grey) / 255.0F);
  }
  pair.annotation.assign(annotation.begin<std::uint8_t>(), annotation.end<std::uint8_t>());
  return pair;
}

void expect_near_or_undefined(std::optional<double> value, const json& expected) {
  ASSERT_EQ(value.has_value(), !expected.is_null());
  if (value) {
    EXPECT_NEAR(*value, expected.get<double>(), 1e-6);
  }
}

void expect_overlap(const Pair& pair, const jcs::metrics::OverlapOptions& options,
                    const json& expected) {
  const auto counts = jcs::metrics::overlap(pair.map, pair.annotation, options);
  EXPECT_EQ(counts, (jcs::metrics::Confusion{.tp = expected["tp"].get<std::int64_t>(),
                                             .fp = expected["fp"].get<std::int64_t>(),
                                             .fn = expected["fn"].get<std::int64_t>(),
                                             .tn = expected["tn"].get<std::int64_t>()}));
  expect_near_or_undefined(jcs::metrics::dice(counts), expected["dice"]);
  expect_near_or_undefined(jcs::metrics::iou(counts), expected["iou"]);
}

TEST(Reference, EveryPairAgrees) {
  const auto file = jcs::test::reference_dir() / "metrics" / "expected.json";
  JCS_NEEDS(file);
  std::ifstream stream(file);
  const json all = json::parse(stream);
  ASSERT_FALSE(all.empty());
  double largest = 0.0;
  for (const auto& [stem, expected] : all.items()) {
    SCOPED_TRACE(stem);
    const Pair pair = read_pair(stem);
    ASSERT_FALSE(pair.map.empty());

    const auto e = jcs::metrics::e_measure(pair.map, pair.annotation);
    EXPECT_NEAR(e.adaptive, expected["e_adaptive"].get<double>(), 1e-6);
    EXPECT_NEAR(e.mean, expected["e_mean"].get<double>(), 1e-6);
    EXPECT_NEAR(e.maximum, expected["e_max"].get<double>(), 1e-6);
    // The tool lists its curve from the highest threshold down.
    auto curve = expected["e_curve"].get<std::vector<double>>();
    std::reverse(curve.begin(), curve.end());
    const auto ours = jcs::metrics::e_curve(pair.map, pair.annotation);
    ASSERT_EQ(curve.size(), ours.size());
    for (std::size_t k = 0; k < ours.size(); ++k) {
      EXPECT_NEAR(ours[k], curve[k], 1e-6) << k;
      largest = std::max(largest, std::abs(ours[k] - curve[k]));
    }
    EXPECT_NEAR(jcs::metrics::mean_absolute_error(pair.map, pair.annotation),
                expected["mae"].get<double>(), 1e-6);

    expect_overlap(pair, {}, expected["fixed_0.5"]);
    expect_overlap(pair, {.binarisation = jcs::metrics::Binarisation::kTwiceMean},
                   expected["twice_mean"]);
    EXPECT_NEAR(jcs::metrics::twice_mean(pair.map),
                expected["twice_mean"]["threshold"].get<double>(), 1e-6);
  }
  RecordProperty("largest_difference_of_a_curve", jcs::to_text(largest));
}

}  // namespace
