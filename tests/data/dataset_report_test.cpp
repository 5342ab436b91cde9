#include "jcs/data/dataset_report.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/error.hpp"
#include "jcs/data/write_dataset_report.hpp"
#include "jcs/imaging/dicom_writer.hpp"

#include "cli/small_study.hpp"
#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::DatasetReport;
using jcs::data::Manifest;
using jcs::data::ManifestEntry;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

DatasetReport report(const Manifest& manifest, int least_area = 1, int threads = 2) {
  return jcs::data::report_dataset(manifest, {least_area}, threads, jcs::no_progress(), {});
}
nlohmann::json json(const DatasetReport& report) {
  return nlohmann::json::parse(jcs::data::to_json(report));
}

// A picture of 10 x 20 pixels with rectangles as its mask.
ManifestEntry annotated(const fs::path& stem, const std::vector<cv::Rect>& opacities,
                        const std::string& patient = "") {
  cv::Mat mask = cv::Mat::zeros(10, 20, CV_8UC1);
  for (const cv::Rect& opacity : opacities) mask(opacity) = 255;
  ManifestEntry entry;
  entry.image = stem.string() + ".png";
  entry.mask = stem.string() + "_mask.png";
  entry.patient = patient;
  entry.label = opacities.empty() ? 0 : 1;
  cv::imwrite(entry.image.string(), cv::Mat(10, 20, CV_8UC1, cv::Scalar(90)));
  cv::imwrite(entry.mask.string(), mask);
  return entry;
}

// A study of two slices whose headers say this.
std::vector<ManifestEntry> study(const fs::path& folder, const std::string& patient,
                                 const std::string& age, const std::string& sex, double thickness) {
  auto volume = jcs::test::small_volume(2, 4, 4);
  volume.series.patient_age = age;
  volume.series.patient_sex = sex;
  volume.series.slice_thickness_mm = thickness;
  jcs::imaging::write_ct_series(folder, volume);
  std::vector<ManifestEntry> entries(2);
  for (std::size_t i = 0; i < 2; ++i) {
    entries[i].image = folder / ("slice_000" + std::to_string(i + 1) + ".dcm");
    entries[i].patient = patient;
  }
  return entries;
}

TEST(DatasetReport, MeasuresOpacities) {
  const TempDir dir;
  const Manifest manifest{dir / "all.csv",
                          {annotated(dir / "a", {{2, 1, 4, 3}, {16, 5, 2, 5}, {0, 9, 1, 1}}, "p"),
                           annotated(dir / "b", {}, "p"), annotated(dir / "c", {{0, 0, 20, 10}})}};
  const DatasetReport all = report(manifest);
  EXPECT_EQ(all.slices, 3U);
  EXPECT_EQ(all.positive, 2U);
  EXPECT_EQ(all.negative, 1U);
  EXPECT_EQ(all.patients, 1U);
  EXPECT_EQ(all.slices_of_nobody, 1U);
  ASSERT_EQ(all.annotated.size(), 3U);
  EXPECT_EQ(all.annotated[0].lesions, 3);
  EXPECT_DOUBLE_EQ(all.annotated[0].covered, 23.0 / 200);
  EXPECT_EQ(all.annotated[1].lesions, 0);
  EXPECT_EQ(all.annotated[2].covered, 1);
  ASSERT_EQ(all.opacities.size(), 4U);
  EXPECT_EQ(all.opacities[0].area, 12);
  EXPECT_EQ(all.opacities[0].width, 4);
  EXPECT_EQ(all.opacities[0].height, 3);
  EXPECT_DOUBLE_EQ(all.opacities[0].centre_x, 0.2);
  EXPECT_DOUBLE_EQ(all.opacities[0].centre_y, 0.25);
  EXPECT_EQ(all.opacities[1].height, 5);
  EXPECT_EQ(all.opacities[2].x, 0);
  EXPECT_EQ(all.opacities[2].y, 9);
  const DatasetReport large = report(manifest, 10);
  EXPECT_EQ(large.annotated[0].lesions, 2);
  EXPECT_DOUBLE_EQ(large.annotated[0].covered, 23.0 / 200);
}

TEST(DatasetReport, DoesNotDependOnThreads) {
  const TempDir dir;
  Manifest manifest{dir / "all.csv", {}};
  for (int i = 0; i < 12; ++i) {
    manifest.entries.push_back(
        annotated(dir / std::to_string(i), {{i, 0, 2, 2}, {0, 5, i + 1, 2}}));
  }
  EXPECT_EQ(jcs::data::to_json(report(manifest, 1, 1)), jcs::data::to_json(report(manifest, 1, 4)));
}

TEST(DatasetReport, ReadsHeadersOncePerPatient) {
  const TempDir dir;
  Manifest manifest{dir / "all.csv", study(dir / "1", "one", "040Y", "F", 2)};
  const auto add = [&](const std::vector<ManifestEntry>& entries) {
    manifest.entries.insert(manifest.entries.end(), entries.begin(), entries.end());
  };
  add(study(dir / "2", "two", "", "M", 1.25));
  add(study(dir / "3", "", "060Y", "", 0));
  add(study(dir / "4", "", "", "M", 2));
  add({annotated(dir / "a", {}, "five")});
  const auto headers = json(report(manifest))["headers"];
  EXPECT_EQ(headers["slices"], 8);
  EXPECT_EQ(headers["patients"], 4);
  EXPECT_EQ(headers["age_years"]["count"], 2);
  EXPECT_EQ(headers["age_years"]["missing"], 2);
  EXPECT_EQ(headers["age_years"]["minimum"], 40);
  EXPECT_EQ(headers["age_years"]["median"], 50);
  EXPECT_EQ(headers["age_years"]["lower_quartile"], 45);
  EXPECT_EQ(headers["age_years"]["histogram"],
            nlohmann::json::parse(
                R"([{"from":40.0,"to":50.0,"count":1},{"from":60.0,"to":70.0,"count":1}])"));
  EXPECT_EQ(headers["sex"], nlohmann::json::parse(R"({"F":1,"M":2,"O":0,"missing":1})"));
  EXPECT_EQ(headers["slice_thickness_mm"]["count"], 3);
  EXPECT_EQ(headers["slice_thickness_mm"]["missing"], 1);
  EXPECT_EQ(headers["slice_thickness_mm"]["minimum"], 1.25);
  // The usual values lie in the middle of their bins.
  EXPECT_EQ(headers["slice_thickness_mm"]["histogram"][0],
            nlohmann::json::parse(R"({"from":1.125,"to":1.375,"count":1})"));
}

TEST(DatasetReport, ReadsVolumesOfSeveralStructures) {
  const TempDir dir;
  jcs::test::NiftiFile nifti;
  nifti.sizes = {2, 1, 3};
  nifti.write(dir / "volume.nii.gz", std::vector<std::uint8_t>{9, 9, 9, 9, 9, 9});
  nifti.write(dir / "mask.nii.gz", std::vector<std::uint8_t>{0, 3, 1, 0, 3, 3});
  Manifest manifest{dir / "all.csv", {}};
  for (const int slice : {0, 1, 2}) {
    ManifestEntry entry;
    entry.image = dir / "volume.nii.gz";
    entry.mask = dir / "mask.nii.gz";
    entry.slice = slice;
    entry.mask_value = 3;
    manifest.entries.push_back(entry);
  }
  const DatasetReport found = report(manifest);
  ASSERT_EQ(found.annotated.size(), 3U);
  EXPECT_EQ(found.annotated[0].covered, 0.5);
  EXPECT_EQ(found.annotated[1].lesions, 0);
  EXPECT_EQ(found.annotated[2].covered, 1);
  jcs::data::write_opacities(dir / "out.csv", found, manifest);
  EXPECT_THAT(jcs::test::content_of(dir / "out.csv"),
              HasSubstr(dir.path().string() + "/volume.nii.gz,,2,2,0,0,2,1,0.5,0.5\n"));
}

TEST(DatasetReport, TellsItsFiguresInThreeForms) {
  const TempDir dir;
  const Manifest manifest{dir / "all.csv",
                          {annotated(dir / "a, b", {{2, 1, 4, 3}, {16, 5, 2, 5}}, "Doe \"J\""),
                           annotated(dir / "b", {})}};
  const DatasetReport found = report(manifest);
  const auto figures = json(found);
  EXPECT_EQ(figures["slices_by_lesions"],
            nlohmann::json::parse(R"([{"lesions":0,"slices":1},{"lesions":2,"slices":1}])"));
  EXPECT_EQ(figures["opacities"]["width_px"]["maximum"], 4);
  EXPECT_EQ(figures["opacities"]["width_px"]["histogram"][0]["to"], 16);
  EXPECT_EQ(figures["covered_share"]["count"], 2);
  EXPECT_EQ(figures["headers"]["age_years"]["median"], nullptr);
  jcs::data::write_opacities(dir / "out.csv", found, manifest);
  EXPECT_EQ(jcs::test::content_of(dir / "out.csv"),
            "image,patient,slice,area,x,y,width,height,centre_x,centre_y\n\"" +
                dir.path().string() + "/a, b.png\",\"Doe \"\"J\"\"\",,12,2,1,4,3,0.2,0.25\n\"" +
                dir.path().string() + "/a, b.png\",\"Doe \"\"J\"\"\",,10,16,5,2,5,0.85,0.75\n");
  const std::string table = jcs::data::to_table(found);
  EXPECT_THAT(table, HasSubstr("all.csv: 2 slices, 1 positive, 1 negative, 2 annotated; 1 patient, "
                               "1 slice of nobody known\n"
                               "2 opacities: 1 slice with 0, 1 slice with 2\n"));
  EXPECT_THAT(table, HasSubstr("opacity width, pixels                    2         2.5           3 "
                               "        3.5           4           3\n"));
  EXPECT_THAT(table, testing::Not(HasSubstr("age, years")));
}

TEST(DatasetReport, AnEmptyManifestHasNothingToTell) {
  const DatasetReport none = report({"all.csv", {}});
  EXPECT_EQ(jcs::data::to_table(none),
            "all.csv: 0 slices, 0 positive, 0 negative, 0 annotated; 0 patients\n");
  EXPECT_EQ(json(none)["opacities"]["area_px"]["mean"], nullptr);
  EXPECT_EQ(json(none)["slices_by_lesions"].size(), 0U);
}

TEST(DatasetReport, DamagedFilesAreNamed) {
  const TempDir dir;
  Manifest manifest{dir / "all.csv", {annotated(dir / "a", {}), annotated(dir / "b", {})}};
  const auto refusal = [&] {
    return jcs::test::error_line<jcs::InputError>([&] { report(manifest); });
  };
  std::ofstream(manifest.entries[1].mask) << "\x89PNG torn off";
  EXPECT_THAT(refusal(), HasSubstr("b_mask.png"));
  fs::remove(manifest.entries[0].image);
  EXPECT_THAT(refusal(), HasSubstr("a.png"));
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([&] { report(manifest, 0); }),
              HasSubstr("least_area: out of range (expected 1 or more, got 0)"));
}

}  // namespace
