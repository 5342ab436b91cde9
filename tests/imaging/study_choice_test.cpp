// What lies in a folder, and which series of it is read.

#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::list_series;
using jcs::imaging::read_study;
using jcs::test::slice_of_series;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// `count` slices of one series below `folder`, 2 mm apart.
void write_series(const std::filesystem::path& folder, int count, SyntheticSlice slice) {
  for (int i = 0; i < count; ++i) {
    slice.position[2] = 2.0 * i;
    slice.tag = i;
    slice.instance_number = i + 1;
    slice.write(folder / (std::to_string(i) + ".dcm"));
  }
}

std::string study_refusal(const std::filesystem::path& folder) {
  return jcs::test::error_line<jcs::InputError>([&] { read_study(folder); });
}

TEST(StudyChoice, ForeignFilesAndNestedFoldersArePassedOver) {
  const TempDir dir;
  write_series(dir / "a/b/c", 3, slice_of_series(1));
  std::ofstream(dir / "README.txt") << "notes";
  std::ofstream(dir / "a/preview.png") << "no picture";
  std::ofstream(dir / "a/empty.txt").flush();
  SyntheticSlice report = slice_of_series(9);
  report.modality = "SR";
  report.sop_class = UID_BasicTextSRStorage;
  report.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_PixelData); };
  report.write(dir / "report.dcm");
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 3U);
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyChoice, ResultsBelowTheStudyAreNoPartOfIt) {
  const TempDir dir;
  write_series(dir / "slices", 3, slice_of_series(1));
  write_series(dir / "result/png", 5, slice_of_series(2));
  std::ofstream(dir / "result/result.json") << "{}";
  EXPECT_EQ(read_study(dir.path()).slice_count(), 5U);
  std::ofstream(dir / "result/report.html") << "<html>";
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 3U);
  EXPECT_THAT(volume.warnings, IsEmpty());
  EXPECT_EQ(list_series(dir.path()).size(), 1U);
  EXPECT_EQ(read_study(dir / "result").slice_count(), 5U);
}

TEST(StudyChoice, AFolderCanBeLeftOutByAnyPath) {
  const TempDir dir;
  write_series(dir.path(), 3, slice_of_series(1));
  write_series(dir / "out/png", 5, slice_of_series(2));
  std::filesystem::create_directory_symlink(dir / "out", dir / "a_link");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 5U);
  for (const char* way : {"out", "out/", "out/../out", "a_link"}) {
    EXPECT_EQ(read_study(dir.path(), {.leave_out = dir / way}).slice_count(), 3U) << way;
  }
  EXPECT_EQ(read_study(dir.path(), {.leave_out = dir / "missing"}).slice_count(), 5U);
  EXPECT_EQ(read_study(dir / "out", {.leave_out = dir / "out"}).slice_count(), 5U);
}

TEST(StudyChoice, LinksInCirclesPipesAndDeadLinksDoNotHang) {
  const TempDir dir;
  write_series(dir / "a", 2, slice_of_series(1));
  std::filesystem::create_directory_symlink(dir.path(), dir / "a/up");
  std::filesystem::create_directory_symlink(dir / "a", dir / "again");
  std::filesystem::create_symlink(dir / "nowhere", dir / "dead");
  ASSERT_EQ(::mkfifo((dir / "pipe.dcm").c_str(), 0600), 0);
  EXPECT_EQ(read_study(dir.path()).slice_count(), 2U);
}

TEST(StudyChoice, ALinkedFolderIsFollowed) {
  const TempDir dir;
  const TempDir elsewhere;
  write_series(elsewhere.path(), 2, slice_of_series(1));
  std::filesystem::create_directory_symlink(elsewhere.path(), dir / "linked");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 2U);
}

TEST(StudyChoice, TheMostSuitableSeriesIsFirst) {
  const TempDir dir;
  write_series(dir / "thin", 12, slice_of_series(3));
  write_series(dir / "thick", 6, slice_of_series(2));
  SyntheticSlice derived = slice_of_series(4);
  derived.image_type = "DERIVED\\SECONDARY\\MIP";
  write_series(dir / "derived", 20, derived);
  SyntheticSlice localizer = slice_of_series(1);
  localizer.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  write_series(dir / "localizer", 2, localizer);
  SyntheticSlice mr = slice_of_series(5);
  mr.modality = "MR";
  mr.sop_class = UID_MRImageStorage;
  write_series(dir / "mr", 30, mr);
  SyntheticSlice coronal = slice_of_series(6);
  coronal.orientation = {1, 0, 0, 0, 0, -1};
  for (int i = 0; i < 15; ++i) {
    coronal.position[1] = i;
    coronal.instance_number = i;
    coronal.write(dir / ("coronal/" + std::to_string(i)));
  }
  SyntheticSlice screen = slice_of_series(7);
  screen.sop_class = UID_SecondaryCaptureImageStorage;
  write_series(dir / "screen", 40, screen);

  const auto found = list_series(dir.path());
  ASSERT_EQ(found.size(), 7U);
  EXPECT_EQ(found[0].number, 3);
  EXPECT_EQ(found[1].number, 2);
  EXPECT_EQ(found[2].number, 4);
  EXPECT_EQ(found[3].number, 6);
  EXPECT_EQ(found[0].slices, 12U);
  EXPECT_EQ(found[0].orientation, "axial");
  EXPECT_EQ(found[0].thickness_mm, 2.0);
  for (std::size_t i = 4; i < found.size(); ++i)
    EXPECT_FALSE(found[i].suitable()) << found[i].line();
  EXPECT_THAT(found[0].line(), HasSubstr("series 3: CT, 12 slices of 3 x 4, axial, 2 mm"));

  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.series.series_number, 3);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("4 CT series could be read")));
}

TEST(StudyChoice, ThinnerWinsWhereThereAreAsMany) {
  const TempDir dir;
  SyntheticSlice thick = slice_of_series(1);
  thick.thickness = "5";
  write_series(dir / "thick", 4, thick);
  SyntheticSlice thin = slice_of_series(2);
  thin.thickness = "1.25";
  write_series(dir / "thin", 4, thin);
  EXPECT_EQ(read_study(dir.path()).series.series_number, 2);
}

// A diagnosis asks for axial slices, however few: a reformat of hundreds can have none.
TEST(StudyChoice, AxialSlicesComeBeforeAThinReformat) {
  const TempDir dir;
  write_series(dir / "axial", 6, slice_of_series(2));
  SyntheticSlice sagittal = slice_of_series(1);
  sagittal.orientation = {0, 1, 0, 0, 0, -1};
  for (int i = 0; i < 30; ++i) {
    sagittal.position[0] = i;
    sagittal.tag = i;
    sagittal.write(dir / ("sagittal/" + std::to_string(i)));
  }
  SyntheticSlice stray = slice_of_series(3);
  write_series(dir / "stray", 1, stray);
  const auto found = list_series(dir.path());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].number, 2);
  EXPECT_EQ(found[1].number, 3);
  EXPECT_EQ(found[2].orientation, "sagittal");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 6U);
}

// It was taken to time a contrast medium, and the chest may be axial too.
TEST(StudyChoice, OneAxialSliceIsNotTheChestBesideMoreOfUnknownOrientation) {
  const TempDir dir;
  SyntheticSlice chest = slice_of_series(3);
  chest.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_ImageOrientationPatient); };
  write_series(dir / "chest", 8, chest);
  SyntheticSlice timing = slice_of_series(2);
  write_series(dir / "timing", 1, timing);
  EXPECT_EQ(list_series(dir.path()).at(0).orientation, "unknown");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 8U);
  write_series(dir / "timing", 2, timing);
  EXPECT_EQ(list_series(dir.path()).at(0).orientation, "axial") << "a quarter";
}

TEST(StudyChoice, ASeriesIsChosenByNumberOrUid) {
  const TempDir dir;
  write_series(dir / "a", 5, slice_of_series(1));
  write_series(dir / "b", 3, slice_of_series(2));
  EXPECT_EQ(read_study(dir.path(), {.series = "2"}).slice_count(), 3U);
  EXPECT_EQ(read_study(dir.path(), {.series = "1.2.3.2"}).slice_count(), 3U);
  const std::string line =
      jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = "7"}); });
  EXPECT_THAT(line, HasSubstr("no series '7'"));
  EXPECT_THAT(line, HasSubstr("series 1: CT, 5 slices"));
  EXPECT_THAT(line, HasSubstr("series 2: CT, 3 slices"));
  SyntheticSlice same_number = slice_of_series(2);
  same_number.series_uid = "1.2.3.22";
  write_series(dir / "c", 3, same_number);
  EXPECT_THAT(
      jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = "2"}); }),
      HasSubstr("more than one series"));
}

TEST(StudyChoice, ASeriesThatIsNoCtIsRefusedByNumberToo) {
  const TempDir dir;
  SyntheticSlice mr = slice_of_series(5);
  mr.modality = "MR";
  write_series(dir.path(), 3, mr);
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("no CT series in it"));
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("not CT but MR"));
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path(), {.series = "5"}); }),
      HasSubstr("expected a CT series"));
}

SyntheticSlice in_unit(int number, const char* unit) {
  SyntheticSlice slice = slice_of_series(number);
  slice.edit = [unit](DcmDataset& data) { data.putAndInsertString(DCM_RescaleType, unit); };
  return slice;
}

TEST(StudyChoice, AMapInAnotherUnitIsNotRead) {
  const TempDir dir;
  write_series(dir / "iodine", 9, in_unit(4, "MGML"));
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("not Hounsfield units but MGML"));
  write_series(dir / "mono", 5, in_unit(5, "HU"));
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.series.series_number, 5);
  EXPECT_THAT(volume.warnings, IsEmpty());
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path(), {.series = "4"}); }),
      testing::AllOf(HasSubstr("expected a CT series in Hounsfield units"),
                     HasSubstr("not Hounsfield units but MGML")));
}

TEST(StudyChoice, HounsfieldUnitsHaveSeveralNames) {
  for (const char* unit : {"HU", "hu ", "HU_MOD", "US", ""}) {
    const TempDir dir;
    write_series(dir.path(), 3, in_unit(1, unit));
    EXPECT_THAT(read_study(dir.path()).warnings, IsEmpty()) << unit;
  }
  for (const char* unit : {"Z_EFF", "EDW", "PCT", "HUMOD"}) {
    const TempDir dir;
    write_series(dir.path(), 3, in_unit(1, unit));
    EXPECT_THAT(study_refusal(dir.path()),
                HasSubstr(std::string("not Hounsfield units but ") + unit));
  }
}

TEST(StudyChoice, ASliceInAnotherUnitMakesItsSeriesUnsuitable) {
  const TempDir dir;
  write_series(dir.path(), 3, in_unit(1, "HU"));
  SyntheticSlice odd = in_unit(1, "MGML");
  odd.position[2] = 6.0;
  odd.write(dir / "odd.dcm");
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("not Hounsfield units but MGML"));
}

TEST(StudyChoice, AnUnsuitableSeriesThatIsAskedForIsSaidToBeSo) {
  const TempDir dir;
  SyntheticSlice localizer = slice_of_series(1);
  localizer.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  write_series(dir / "localizer", 2, localizer);
  write_series(dir / "thorax", 5, slice_of_series(2));
  EXPECT_THAT(read_study(dir.path(), {.series = "1"}).warnings,
              ElementsAre("The series that was asked for is unsuitable: localizer."));
}

TEST(StudyChoice, ALocalizerHiddenInASeriesIsLeftOut) {
  const TempDir dir;
  write_series(dir.path(), 3, slice_of_series(1));
  SyntheticSlice localizer = slice_of_series(1);
  localizer.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  localizer.orientation = {0, 1, 0, 0, 0, -1};
  localizer.rows = 8;
  localizer.write(dir / "localizer.dcm");
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 3U);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("1 localizer(s)")));
}

TEST(StudyChoice, SlicesAtOnePlaceAreNoVolume) {
  const TempDir dir;
  for (int i = 0; i < 5; ++i) {
    SyntheticSlice slice = slice_of_series(1);
    slice.tag = i;
    slice.write(dir / std::to_string(i));
  }
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("all slices at one position"));
}

TEST(StudyChoice, SeriesWithoutUidsAreToldApartByOrientationAndSize) {
  const TempDir dir;
  SyntheticSlice axial = slice_of_series(1);
  axial.series_uid.clear();
  write_series(dir / "a", 4, axial);
  SyntheticSlice localizer = axial;
  localizer.orientation = {1, 0, 0, 0, 0, -1};
  localizer.write(dir / "localizer.dcm");
  SyntheticSlice small = axial;
  small.rows = 2;
  write_series(dir / "small", 2, small);
  EXPECT_EQ(list_series(dir.path()).size(), 3U);
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 4U);
  EXPECT_EQ(volume.series.series_uid, "");
}

TEST(StudyChoice, EmptyMissingAndForeignFoldersAreNamed) {
  const TempDir dir;
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("the folder is empty"));
  EXPECT_THAT(study_refusal(dir / "absent"), HasSubstr("absent: there is no such folder"));
  std::ofstream(dir / "notes.txt") << "no CT";
  EXPECT_THAT(study_refusal(dir / "notes.txt"), HasSubstr("is no folder"));
  EXPECT_THAT(study_refusal(dir.path()), HasSubstr("no CT slices in it (got 1 file: 1 not DICOM"));
}

TEST(StudyChoice, AStopIsObeyed) {
  const TempDir dir;
  write_series(dir.path(), 3, slice_of_series(1));
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(read_study(dir.path(), {}, jcs::no_progress(), source.get_token()),
               jcs::Interrupted);
}

// It may be a slice: a study that lacks one is another study.
TEST(StudyChoice, AFileThatTheSystemCannotReadIsNoFileLess) {
  const TempDir dir;
  write_series(dir.path(), 4, {});
  // Opens and cannot be read: what lies at address 0 of this process.
  std::filesystem::create_symlink("/proc/self/mem", dir / "0003.dcm");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); }),
              HasSubstr("0003.dcm: cannot be read: Input/output error"));
}

// The system takes paths of 4096 bytes: slices that lie deeper would be missing.
TEST(StudyChoice, AFolderBeyondTheLongestPathIsNoFolderLess) {
  const TempDir dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::path here = dir.path();
  for (int i = 0; i < 20; ++i) {
    std::filesystem::current_path(here);
    here = std::string(250, 'd');
    std::filesystem::create_directory(here);
  }
  std::filesystem::current_path(before);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { jcs::imaging::read_study(dir.path()); }),
              testing::HasSubstr("cannot be read: File name too long"));
}

}  // namespace
