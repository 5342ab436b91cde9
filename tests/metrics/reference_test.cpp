// Figures of an independent tool on pairs of pictures.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/text.hpp"
#include "jcs/metrics/e_measure.hpp"
#include "jcs/metrics/overlap.hpp"
#include "jcs/metrics/picture_scores.hpp"

#include "support/shared.hpp"

namespace {

using nlohmann::json;

struct Pair {
  jcs::metrics::PictureShape shape;
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
  pair.shape = {.rows = prediction.rows, .columns = prediction.cols};
  for (const std::uint8_t grey : cv::Mat_<std::uint8_t>(prediction)) {
    pair.map.push_back(static_cast<float>(grey) / 255.0F);
  }
  pair.annotation.assign(annotation.begin<std::uint8_t>(), annotation.end<std::uint8_t>());
  return pair;
}

/// Compares figures with the tool's and remembers the largest difference of each kind.
class Comparison {
 public:
  void expect(const std::string& figure, std::optional<double> value, const json& expected) {
    ASSERT_EQ(value.has_value(), !expected.is_null()) << figure;
    if (value) {
      const double difference = std::abs(*value - expected.get<double>());
      EXPECT_LE(difference, 1e-6) << figure;
      largest_[figure] = std::max(largest_[figure], difference);
    }
  }
  [[nodiscard]] const std::map<std::string, double>& largest() const { return largest_; }

 private:
  std::map<std::string, double> largest_;
};

void expect_overlap(Comparison& comparison, const Pair& pair,
                    const jcs::metrics::OverlapOptions& options, const json& expected) {
  const auto scores = jcs::metrics::picture_scores(pair.map, pair.annotation, pair.shape, options);
  EXPECT_EQ(scores.pixels, (jcs::metrics::Confusion{.tp = expected["tp"].get<std::int64_t>(),
                                                    .fp = expected["fp"].get<std::int64_t>(),
                                                    .fn = expected["fn"].get<std::int64_t>(),
                                                    .tn = expected["tn"].get<std::int64_t>()}));
  comparison.expect("dice", scores.dice, expected["dice"]);
  comparison.expect("iou", scores.iou, expected["iou"]);
}

void expect_e_curve(Comparison& comparison, const Pair& pair, const json& expected) {
  // The tool lists its curve from the highest threshold down.
  const auto ours = jcs::metrics::e_curve(pair.map, pair.annotation);
  ASSERT_EQ(expected.size(), ours.size());
  for (std::size_t k = 0; k < ours.size(); ++k) {
    comparison.expect("e_curve", ours[k], expected[ours.size() - 1 - k]);
  }
}

TEST(Reference, EveryPairAgrees) {
  const auto file = jcs::test::reference_dir() / "metrics" / "expected.json";
  JCS_NEEDS(file);
  std::ifstream stream(file);
  const json all = json::parse(stream);
  ASSERT_FALSE(all.empty());
  Comparison comparison;
  for (const auto& [stem, expected] : all.items()) {
    SCOPED_TRACE(stem);
    const Pair pair = read_pair(stem);
    ASSERT_FALSE(pair.map.empty());

    const auto scores = jcs::metrics::picture_scores(pair.map, pair.annotation, pair.shape);
    comparison.expect("e_adaptive", scores.e.adaptive, expected["e_adaptive"]);
    comparison.expect("e_mean", scores.e.mean, expected["e_mean"]);
    comparison.expect("e_max", scores.e.maximum, expected["e_max"]);
    comparison.expect("mae", scores.mae, expected["mae"]);
    comparison.expect("s_measure", scores.s_measure, expected["s_measure"]);
    comparison.expect("weighted_f", scores.weighted_f, expected["weighted_f"]);
    expect_e_curve(comparison, pair, expected["e_curve"]);
    expect_overlap(comparison, pair, {}, expected["fixed_0.5"]);
    expect_overlap(comparison, pair, {.binarisation = jcs::metrics::Binarisation::kTwiceMean},
                   expected["twice_mean"]);
    comparison.expect("twice_mean", jcs::metrics::twice_mean(pair.map),
                      expected["twice_mean"]["threshold"]);
  }
  for (const auto& [figure, difference] : comparison.largest()) {
    RecordProperty("largest_difference_of_" + figure, jcs::to_text(difference));
  }
}

}  // namespace
