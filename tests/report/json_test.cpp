#include "jcs/report/json.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"

#include "report/sample_case.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::diagnosis::Verdict;
using jcs::report::result_json;
using nlohmann::json;

/// Refuses NaN and Infinity, which are no JSON.
json parsed(const std::string& text) { return json::parse(text); }

TEST(ResultJson, SaysWhatWasFound) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  const json out = parsed(result_json(result, volume, {.source = "/studies/17"}));
  EXPECT_EQ(out["schema_version"], jcs::report::kSchemaVersion);
  EXPECT_EQ(out["verdict"], "positive");
  EXPECT_EQ(out["threshold"], 3);
  EXPECT_TRUE(out["threshold_fraction"].is_null());
  EXPECT_EQ(out["slices"], 12);
  EXPECT_EQ(out["positive_slices"], 6);
  EXPECT_EQ(out["source"], "/studies/17");
  EXPECT_EQ(out["segmented"], true);
  EXPECT_EQ(out["device"], "cpu");
  EXPECT_EQ(out["weights"][1]["role"], "segmenter");
  EXPECT_EQ(out["weights"][1]["sha256"], std::string(64, 'b'));
  EXPECT_EQ(out["timing"]["classify"], 1.25);
  EXPECT_EQ(out["total_seconds"], 5.75);
  EXPECT_EQ(out["study"]["patient_name"], "DOE^JANE");
  EXPECT_TRUE(out["study"]["patient_sex"].is_null());
  EXPECT_EQ(out["series"]["column_spacing_mm"], 6.0);
  EXPECT_EQ(out["series"]["rows"], 48);
  EXPECT_EQ(out["activation_reading"], "release");
  EXPECT_THAT(out["notice"].get<std::string>(), testing::HasSubstr("not a medical device"));
}

TEST(ResultJson, ItsFieldsAgreeWithEachOther) {
  const auto volume = jcs::test::sample_volume();
  const json out = parsed(result_json(jcs::test::sample_result(volume), volume));
  ASSERT_EQ(out["per_slice"].size(), out["slices"]);
  int positive = 0;
  double area = 0.0;
  double last_position = -1e9;
  for (std::size_t i = 0; i < out["per_slice"].size(); ++i) {
    const json& slice = out["per_slice"][i];
    EXPECT_EQ(slice["index"], i);
    EXPECT_EQ(slice["number"], i + 1);
    EXPECT_GT(slice["position"], last_position);
    last_position = slice["position"];
    positive += slice["positive"].get<bool>() ? 1 : 0;
    area += slice["opacity_area_mm2"].get<double>();
    EXPECT_DOUBLE_EQ(slice["opacity_area_mm2"], slice["opacity_pixels"].get<double>() * 48.0);
  }
  EXPECT_EQ(out["positive_slices"], positive);
  EXPECT_EQ(out["verdict"] == "positive", positive > out["threshold"].get<int>());
  EXPECT_GT(area, 0);
  EXPECT_NEAR(out["opacity_volume_ml"], area * 10.0 / 1000.0, 1e-9);
}

TEST(ResultJson, HasTheSameKeysInTheSameOrderWhateverIsKnown) {
  const auto keys = [](const std::string& text) {
    std::vector<std::string> names;
    const auto object = nlohmann::ordered_json::parse(text);
    for (const auto& [name, value] : object.items()) {
      names.push_back(name);
    }
    return names;
  };
  const auto volume = jcs::test::sample_volume();
  const auto pictures = jcs::test::as_pictures(jcs::test::sample_volume(2));
  jcs::diagnosis::CaseResult bare;
  bare.slices.resize(2);
  const auto full = keys(result_json(jcs::test::sample_result(volume), volume));
  EXPECT_EQ(full, keys(result_json(bare, pictures)));
  EXPECT_EQ(full.front(), "schema_version");
}

TEST(ResultJson, WhatIsNotKnownIsNull) {
  const auto volume = jcs::test::as_pictures(jcs::test::sample_volume());
  auto result = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  result.slices[2].probability = std::numeric_limits<double>::quiet_NaN();
  result.slices[3].probability = std::numeric_limits<double>::infinity();
  result.timing.push_back({"report", std::numeric_limits<double>::infinity()});
  const json out = parsed(result_json(result, volume));
  EXPECT_TRUE(out["per_slice"][0]["position"].is_null());
  EXPECT_TRUE(out["per_slice"][0]["opacity_pixels"].is_null());
  EXPECT_TRUE(out["per_slice"][0]["opacity_area_mm2"].is_null());
  EXPECT_TRUE(out["per_slice"][2]["probability"].is_null());
  EXPECT_TRUE(out["per_slice"][3]["probability"].is_null());
  EXPECT_TRUE(out["opacity_volume_ml"].is_null());
  EXPECT_TRUE(out["series"]["row_spacing_mm"].is_null());
  EXPECT_EQ(out["series"]["windowed"], true);
  EXPECT_EQ(out["total_seconds"], 5.75);
}

TEST(ResultJson, SegmentedWithoutSpacingKeepsPixels) {
  const auto volume = jcs::test::as_pictures(jcs::test::sample_volume());
  auto result = jcs::test::sample_result(volume);
  result.slices[11].opacity_pixels = 7;
  const json slice = parsed(result_json(result, volume))["per_slice"][11];
  EXPECT_EQ(slice["opacity_pixels"], 7);
  EXPECT_TRUE(slice["opacity_area_mm2"].is_null());
}

TEST(ResultJson, AllThreeVerdictsAndTheFraction) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.threshold_fraction = 0.25;
  for (const auto& [verdict, word] :
       {std::pair{Verdict::kPositive, "positive"}, std::pair{Verdict::kNegative, "negative"},
        std::pair{Verdict::kUndetermined, "undetermined"}}) {
    result.verdict = verdict;
    const json out = parsed(result_json(result, volume));
    EXPECT_EQ(out["verdict"], word);
    EXPECT_EQ(out["threshold_fraction"], 0.25);
  }
}

TEST(ResultJson, HostileTextsStayText) {
  auto volume = jcs::test::sample_volume();
  volume.series.patient_name = "\xFF\xFE \"quoted\" \x01\n</script> M\xC3\xBCller";
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"bad \xC3 byte"};
  volume.warnings = {"bad \xC3 byte", "slices are missing"};
  const json out = parsed(result_json(result, volume));
  EXPECT_EQ(out["study"]["patient_name"],
            "\xEF\xBF\xBD\xEF\xBF\xBD \"quoted\" \x01\n</script> M\xC3\xBCller");
  EXPECT_EQ(out["warnings"], json::array({"bad \xEF\xBF\xBD byte", "slices are missing"}));
}

TEST(ResultJson, IsTheSameEachTime) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  EXPECT_EQ(result_json(result, volume), result_json(result, volume));
}

TEST(ResultJson, RefusesAResultOfAnotherVolume) {
  const auto volume = jcs::test::sample_volume(12);
  auto result = jcs::test::sample_result(jcs::test::sample_volume(11));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { result_json(result, volume); }),
              testing::HasSubstr("expected 12, got 11"));
  result = jcs::test::sample_result(volume);
  result.opacity_mask.pop_back();
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { result_json(result, volume); }),
              testing::HasSubstr("opacity mask"));
  result = jcs::test::sample_result(volume);
  result.activation_maps[0].slice = 12;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { result_json(result, volume); }),
              testing::HasSubstr("activation map"));
}

}  // namespace
