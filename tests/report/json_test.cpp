#include "jcs/report/json.hpp"

#include <filesystem>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"

#include "report/dicom_case.hpp"
#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

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
  EXPECT_EQ(out["precision"], "fp32");
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

TEST(ResultJson, NamesTheProbabilitiesThatSlicesAndPixelsWereComparedWith) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  EXPECT_EQ(parsed(result_json(result, volume))["slice_probability"], 0.5);
  EXPECT_TRUE(parsed(result_json(result, volume))["pixel_probability"].is_null());
  result.slice_probability = 0.375;
  result.pixel_probability = 0.25;
  EXPECT_EQ(parsed(result_json(result, volume))["slice_probability"], 0.375);
  EXPECT_EQ(parsed(result_json(result, volume))["pixel_probability"], 0.25);
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

TEST(ResultJson, HoldsTheFindings) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const json out = parsed(result_json(result, volume))["findings"];
  EXPECT_EQ(out["lung_volume_ml"], 3900.75);
  EXPECT_EQ(out["severity"], "1-25 %");
  EXPECT_TRUE(out["no_lungs"].is_null());
  EXPECT_EQ(out["lungs"][1]["side"], "left");
  EXPECT_EQ(out["lungs"][1]["opacity_share"], 0.25);
  ASSERT_EQ(out["lesions"].size(), 2U);
  const json& lesion = out["lesions"][0];
  EXPECT_EQ(lesion["volume_ml"], 440.0);
  EXPECT_EQ(lesion["extent_mm"], json({40.0, 50.0, 60.0}));
  EXPECT_EQ(lesion["centre_mm"], json({55.5, -12.25, -260.0}));
  EXPECT_TRUE(out["lesions"][1]["centre_mm"].is_null());
  EXPECT_EQ(lesion["box"], json({20, 40, 8, 9}));
  EXPECT_EQ(lesion["third"], "upper");
  EXPECT_EQ(lesion["depth"], "peripheral");
  EXPECT_TRUE(out["lesions"][1]["side"].is_null());
  EXPECT_EQ(out["smaller_lesions"], 3);
}

TEST(ResultJson, PicturesHaveNoFiguresInHounsfieldUnits) {
  auto volume = jcs::test::sample_volume();
  const auto findings = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  volume.windowed = true;
  const auto result = jcs::test::without_hounsfield_units(findings);
  const json out = parsed(result_json(result, volume))["findings"];
  EXPECT_TRUE(out["ground_glass_ml"].is_null());
  EXPECT_TRUE(out["consolidation_ml"].is_null());
  for (const char* figure : {"mean_hu", "ground_glass_ml", "consolidation_ml"}) {
    EXPECT_TRUE(out["lesions"][0].at(figure).is_null()) << figure;
  }
  EXPECT_EQ(out["lesions"][0]["volume_ml"], 440.0);
}

TEST(ResultJson, NamesWhatSpeaksAgainstAVerdict) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.concerns = {{"head", "This is a head.", true}};
  const json out = parsed(result_json(result, volume))["concerns"];
  EXPECT_EQ(out, json::parse(R"([{"code": "head", "text": "This is a head.", "decisive": true}])"));
}

TEST(ResultJson, NothingOfThePatientIsLeftWithoutIdentity) {
  auto volume = jcs::test::sample_volume();
  volume.series.study_uid = "1.2.840.77";
  volume.series.accession_number = "ACC9";
  volume.series.study_description = "Thorax Jane";
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"Read was series 4 \"Jane \"D\" Doe\", 3 slices.",
                     "The folder holds CT of 2 patients; read was patient 'P-17'.",
                     "2 file(s) could not be read, the first: scan/JANE.dcm."};
  const auto text = [&](jcs::report::Identity identity) {
    jcs::report::ReportOptions options;
    options.source = "/studies/jane_doe";
    options.identity = identity;
    return result_json(result, volume, options);
  };
  const std::vector<std::string> names = {"JANE", "Jane",     "jane", "Doe",   "P-17",
                                          "ACC9", "20200131", "IM3",  "1.2.3", "1.2.840.77"};
  const std::string full = text(jcs::report::Identity::kFull);
  const std::string pseudonym = text(jcs::report::Identity::kPseudonym);
  const std::string none = text(jcs::report::Identity::kNone);
  for (const std::string& name : names) {
    EXPECT_THAT(full, testing::HasSubstr(name));
    EXPECT_THAT(pseudonym, testing::Not(testing::HasSubstr(name)));
    EXPECT_THAT(none, testing::Not(testing::HasSubstr(name)));
  }
  EXPECT_EQ(parsed(none)["identity"], "none");
  EXPECT_TRUE(parsed(none)["study"]["patient_id"].is_null());
  EXPECT_EQ(parsed(none)["study"]["patient_age"], "045Y") << "no identity";
  const std::string code = parsed(pseudonym)["study"]["patient_id"];
  EXPECT_THAT(code, testing::MatchesRegex("patient-[0-9a-f]+"));

  // The same patient has the same code in another study, another patient another one.
  volume.series.study_uid = "1.2.840.78";
  EXPECT_EQ(parsed(text(jcs::report::Identity::kPseudonym))["study"]["patient_id"], code);
  volume.series.patient_id = "P-18";
  EXPECT_NE(parsed(text(jcs::report::Identity::kPseudonym))["study"]["patient_id"], code);
}

TEST(ResultJson, NamesWithBracketsAndQuotationMarksGoAsAWhole) {
  const jcs::test::TempDir dir;
  const auto study = jcs::test::as_dicom(jcs::test::placed_volume(), dir / "study");
  for (const char* name : {"A(1).dcm", "A (1).dcm", "A).dcm", "A(.dcm", "A\".dcm", "A'.dcm",
                           "A) and 5 mm (A.dcm", "the first: A' (A\".dcm"}) {
    std::filesystem::create_directory(dir / "gap");
    for (std::size_t k = 0; k < study.slice_count(); ++k) {
      const std::string other = k == 4 ? name : k == 6 ? "Z" + std::string(name) : "";
      if (k == 5) continue;
      const auto& file = study.slices[k].file;
      std::filesystem::copy_file(
          file, dir / "gap" / (other.empty() ? file.filename() : std::filesystem::path(other)));
    }
    const auto volume = jcs::imaging::read_study(dir / "gap");
    std::filesystem::remove_all(dir / "gap");
    const auto result = jcs::test::sample_result(volume);
    jcs::report::ReportOptions options;
    EXPECT_THAT(result_json(result, volume, options), testing::HasSubstr("Slices may be missing"));
    options.identity = jcs::report::Identity::kNone;
    const json warnings = parsed(result_json(result, volume, options))["warnings"];
    ASSERT_EQ(warnings.size(), 1U) << name;
    const std::string warning = warnings[0];
    EXPECT_THAT(warning, testing::HasSubstr("between -260 mm and -240 mm. \u2026"));
    EXPECT_THAT(warning, testing::Not(testing::HasSubstr("A")));
    EXPECT_THAT(warning, testing::Not(testing::HasSubstr("dcm")));
  }

  // Whatever else cites a name in brackets or quotation marks.
  auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"1 slice (A(1).dcm) and one (A).dcm) differ.",
                     "1 slice (A(.dcm) differs.",
                     "1 slice (A",
                     "The file's name is odd (O'A.dcm), that of 'A' (\"A\") too.",
                     "Read was series 4 \"the first: \"A\", 3 slices.",
                     "Read was patient 'A (\"A' A.",
                     "The scanner's table moved."};
  jcs::report::ReportOptions options;
  options.identity = jcs::report::Identity::kPseudonym;
  const json warnings = parsed(result_json(result, volume, options))["warnings"];
  for (const std::string warning : warnings) {
    EXPECT_THAT(warning, testing::Not(testing::HasSubstr("A")));
  }
  EXPECT_EQ(warnings[0], "1 slice\u2026 differ.");
  EXPECT_EQ(warnings.back(), "The scanner's table moved.");
}

// The standard library's regular expressions recurse for every character.
TEST(ResultJson, WarningsThatCiteMegabytesKeepTheirIdentityToo) {
  auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"Read was series 4 \"" + std::string(2'000'000, 'J') + "\", 3 slices.",
                     "Another" + std::string(2'000'000, '(')};
  jcs::report::ReportOptions options;
  options.identity = jcs::report::Identity::kPseudonym;
  const std::string text = result_json(result, volume, options);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("JJJ")));
  EXPECT_THAT(text, testing::HasSubstr("Read was series 4 \u2026, 3 slices."));
}

}  // namespace
