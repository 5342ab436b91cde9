#include "jcs/report/write.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"
#include "jcs/report/html.hpp"
#include "jcs/report/json.hpp"

#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::report::write_report;
using testing::HasSubstr;
using testing::Not;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(WriteReport, WritesJsonAndPage) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  write_report(temp / "new/folder", result, volume);
  EXPECT_EQ(content(temp / "new/folder/result.json"), jcs::report::result_json(result, volume));
  EXPECT_EQ(content(temp / "new/folder/report.html"), jcs::report::report_html(result, volume));
  EXPECT_EQ(std::distance(fs::directory_iterator(temp / "new/folder"), {}), 2);
}

TEST(WriteReport, PicturesOnRequest) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  write_report(temp.path(), result, volume, {.pictures = true});
  EXPECT_EQ(std::distance(fs::directory_iterator(temp / "pictures"), {}), 24);

  const cv::Mat mask = cv::imread((temp / "pictures/mask_0012.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(mask.size(), cv::Size(64, 48));
  EXPECT_EQ(cv::countNonZero(mask), *result.slices[11].opacity_pixels);
  EXPECT_EQ(cv::countNonZero(mask == 255), *result.slices[11].opacity_pixels);

  // The outline is the only colour in a grey picture.
  const auto coloured = [&temp](const std::string& name) {
    const cv::Mat picture = cv::imread((temp / ("pictures/" + name)).string());
    return std::count_if(picture.begin<cv::Vec3b>(), picture.end<cv::Vec3b>(),
                         [](const cv::Vec3b& bgr) { return bgr[0] != bgr[2]; });
  };
  EXPECT_EQ(coloured("slice_0001.png"), 0);
  EXPECT_GT(coloured("slice_0012.png"), 0);
}

TEST(WriteReport, NoMaskOfASliceThatWasNotLookedAt) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.slices[1].opacity_pixels.reset();
  result.slices[1].opacity_area_mm2.reset();
  write_report(temp.path(), result, volume, {.pictures = true});
  EXPECT_TRUE(fs::exists(temp / "pictures/mask_0001.png"));
  EXPECT_FALSE(fs::exists(temp / "pictures/mask_0002.png"));
  EXPECT_TRUE(fs::exists(temp / "pictures/slice_0002.png"));
}

TEST(WriteReport, OpacitiesAsNiftiOnRequest) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  write_report(temp.path(), result, volume, {.nifti_opacity = true});
  EXPECT_EQ(std::distance(fs::directory_iterator(temp.path()), {}), 3);
  jcs::imaging::NiftiVolume nifti(temp / "opacity.nii.gz");
  ASSERT_EQ(nifti.slices(), 12);
  for (int slice = 0; slice < 12; ++slice) {
    EXPECT_EQ(cv::countNonZero(nifti.mask(slice)), *result.slices[slice].opacity_pixels);
  }
}

TEST(WriteReport, LungsAndVolumeAsNiftiOnRequest) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  write_report(temp.path(), result, volume, {.nifti_lungs = true, .nifti_volume = true});
  EXPECT_FALSE(fs::exists(temp / "opacity.nii.gz"));
  jcs::imaging::NiftiVolume lungs(temp / "lungs.nii.gz");
  jcs::imaging::NiftiVolume values(temp / "volume.nii.gz");
  for (int slice = 0; slice < 12; ++slice) {
    const cv::Mat right = lungs.mask(slice, 1);
    const auto* expected = result.lung_mask.data() + slice * volume.pixels();
    EXPECT_TRUE(std::equal(right.begin<std::uint8_t>(), right.end<std::uint8_t>(), expected,
                           [](int is, int value) { return is == (value == 1 ? 1 : 0); }));
    const cv::Mat hu = values.slice(slice);
    EXPECT_TRUE(
        std::equal(hu.begin<std::int16_t>(), hu.end<std::int16_t>(), volume.slice(slice).begin()));
  }
}

TEST(WriteReport, NoNiftiWithoutSegmentationOrGeometry) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  write_report(temp / "a", jcs::test::without_segmentation(result), volume,
               {.nifti_opacity = true});
  const auto pictures = jcs::test::as_pictures(volume);
  write_report(temp / "b", jcs::test::sample_result(pictures), pictures, {.nifti_opacity = true});
  for (const char* folder : {"a", "b"}) {
    EXPECT_EQ(std::distance(fs::directory_iterator(temp / folder), {}), 2) << folder;
  }
}

TEST(WriteReport, WhatNiftiFilesCannotSayIsInTheResult) {
  const auto said = [](const jcs::imaging::CtVolume& volume,
                       const jcs::report::ReportOptions& options) {
    const jcs::test::TempDir temp;
    write_report(temp.path(), jcs::test::sample_result(volume), volume, options);
    const std::string json = content(temp / "result.json");
    const std::string page = content(temp / "report.html");
    const std::size_t from = json.find("\"warnings\"");
    const std::string warnings = json.substr(from);
    EXPECT_EQ(warnings.find("NIfTI") != std::string::npos, page.find("NIfTI") != std::string::npos);
    return warnings;
  };
  const auto even = jcs::test::sample_volume();
  EXPECT_THAT(said(even, {.nifti_volume = true}), Not(HasSubstr("NIfTI")));

  auto uneven = even;
  uneven.slices.back().location_mm += 30;
  EXPECT_THAT(said(uneven, {}), Not(HasSubstr("NIfTI")));
  EXPECT_THAT(
      said(uneven, {.nifti_opacity = true}),
      HasSubstr("In NIfTI files, slices lie up to 27.3 mm off: they are not evenly spaced."));

  auto shifted = even;
  for (auto& slice : shifted.slices) slice.position = {0, 0, slice.location_mm};
  shifted.slices[5].position[0] = 4;
  EXPECT_THAT(
      said(shifted, {.identity = jcs::report::Identity::kNone, .nifti_volume = true}),
      HasSubstr(
          "In NIfTI files, slices lie up to 4.0 mm off: they are shifted against each other."));

  const auto pictures = jcs::test::as_pictures(even);
  EXPECT_THAT(said(pictures, {.nifti_volume = true}), HasSubstr("No NIfTI file is written"));
}

TEST(WriteReport, NoMasksWithoutSegmentation) {
  const jcs::test::TempDir temp;
  const auto volume = jcs::test::sample_volume();
  write_report(temp.path(), jcs::test::without_segmentation(jcs::test::sample_result(volume)),
               volume, {.pictures = true});
  EXPECT_EQ(std::distance(fs::directory_iterator(temp / "pictures"), {}), 12);
  EXPECT_FALSE(fs::exists(temp / "pictures/mask_0001.png"));
}

TEST(WriteReport, SaysWhereItCannotWrite) {
  const jcs::test::TempDir temp;
  std::ofstream(temp / "file") << "x";
  const auto volume = jcs::test::sample_volume();
  const std::string line = jcs::test::error_line<jcs::OutputError>(
      [&] { write_report(temp / "file/folder", jcs::test::sample_result(volume), volume); });
  EXPECT_THAT(line, HasSubstr("file/folder"));
}

}  // namespace
