// What lies in a folder, and which series of it is read.

#include <filesystem>
#include <fstream>
#include <functional>
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

SyntheticSlice series(int number) {
  SyntheticSlice slice;
  slice.series_number = number;
  slice.series_uid = "1.2.3." + std::to_string(number);
  return slice;
}

std::string refusal(const std::filesystem::path& folder) {
  return jcs::test::error_line<jcs::InputError>([&] { read_study(folder); });
}

TEST(StudyChoice, ForeignFilesAndNestedFoldersArePassedOver) {
  const TempDir dir;
  write_series(dir / "a/b/c", 3, series(1));
  std::ofstream(dir / "README.txt") << "notes";
  std::ofstream(dir / "a/preview.png") << "no picture";
  std::ofstream(dir / "a/empty.dcm").flush();
  SyntheticSlice report = series(9);
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
  write_series(dir / "slices", 3, series(1));
  write_series(dir / "result/png", 5, series(2));
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
  write_series(dir.path(), 3, series(1));
  write_series(dir / "out/png", 5, series(2));
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
  write_series(dir / "a", 2, series(1));
  std::filesystem::create_directory_symlink(dir.path(), dir / "a/up");
  std::filesystem::create_directory_symlink(dir / "a", dir / "again");
  std::filesystem::create_symlink(dir / "nowhere", dir / "dead");
  ASSERT_EQ(::mkfifo((dir / "pipe.dcm").c_str(), 0600), 0);
  EXPECT_EQ(read_study(dir.path()).slice_count(), 2U);
}

TEST(StudyChoice, ALinkedFolderIsFollowed) {
  const TempDir dir;
  const TempDir elsewhere;
  write_series(elsewhere.path(), 2, series(1));
  std::filesystem::create_directory_symlink(elsewhere.path(), dir / "linked");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 2U);
}

TEST(StudyChoice, TheMostSuitableSeriesIsFirst) {
  const TempDir dir;
  write_series(dir / "thin", 12, series(3));
  write_series(dir / "thick", 6, series(2));
  SyntheticSlice derived = series(4);
  derived.image_type = "DERIVED\\SECONDARY\\MIP";
  write_series(dir / "derived", 20, derived);
  SyntheticSlice localizer = series(1);
  localizer.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  write_series(dir / "localizer", 2, localizer);
  SyntheticSlice mr = series(5);
  mr.modality = "MR";
  mr.sop_class = UID_MRImageStorage;
  write_series(dir / "mr", 30, mr);
  SyntheticSlice coronal = series(6);
  coronal.orientation = {1, 0, 0, 0, 0, -1};
  for (int i = 0; i < 15; ++i) {
    coronal.position[1] = i;
    coronal.instance_number = i;
    coronal.write(dir / ("coronal/" + std::to_string(i)));
  }
  SyntheticSlice screen = series(7);
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
  SyntheticSlice thick = series(1);
  thick.thickness = "5";
  write_series(dir / "thick", 4, thick);
  SyntheticSlice thin = series(2);
  thin.thickness = "1.25";
  write_series(dir / "thin", 4, thin);
  EXPECT_EQ(read_study(dir.path()).series.series_number, 2);
}

TEST(StudyChoice, ASeriesIsChosenByNumberOrUid) {
  const TempDir dir;
  write_series(dir / "a", 5, series(1));
  write_series(dir / "b", 3, series(2));
  EXPECT_EQ(read_study(dir.path(), {.series = "2"}).slice_count(), 3U);
  EXPECT_EQ(read_study(dir.path(), {.series = "1.2.3.2"}).slice_count(), 3U);
  const std::string line =
      jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = "7"}); });
  EXPECT_THAT(line, HasSubstr("no series '7'"));
  EXPECT_THAT(line, HasSubstr("series 1: CT, 5 slices"));
  EXPECT_THAT(line, HasSubstr("series 2: CT, 3 slices"));
  SyntheticSlice same_number = series(2);
  same_number.series_uid = "1.2.3.22";
  write_series(dir / "c", 3, same_number);
  EXPECT_THAT(
      jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = "2"}); }),
      HasSubstr("more than one series"));
}

TEST(StudyChoice, ASeriesThatIsNoCtIsRefusedByNumberToo) {
  const TempDir dir;
  SyntheticSlice mr = series(5);
  mr.modality = "MR";
  write_series(dir.path(), 3, mr);
  EXPECT_THAT(refusal(dir.path()), HasSubstr("no CT series in it"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("not CT but MR"));
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path(), {.series = "5"}); }),
      HasSubstr("expected a CT series"));
}

SyntheticSlice in_unit(int number, const char* unit) {
  SyntheticSlice slice = series(number);
  slice.edit = [unit](DcmDataset& data) { data.putAndInsertString(DCM_RescaleType, unit); };
  return slice;
}

TEST(StudyChoice, AMapInAnotherUnitIsNotRead) {
  const TempDir dir;
  write_series(dir / "iodine", 9, in_unit(4, "MGML"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("not Hounsfield units but MGML"));
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
    EXPECT_THAT(refusal(dir.path()), HasSubstr(std::string("not Hounsfield units but ") + unit));
  }
}

TEST(StudyChoice, ASliceInAnotherUnitMakesItsSeriesUnsuitable) {
  const TempDir dir;
  write_series(dir.path(), 3, in_unit(1, "HU"));
  SyntheticSlice odd = in_unit(1, "MGML");
  odd.position[2] = 6.0;
  odd.write(dir / "odd.dcm");
  EXPECT_THAT(refusal(dir.path()), HasSubstr("not Hounsfield units but MGML"));
}

TEST(StudyChoice, AnUnsuitableSeriesThatIsAskedForIsSaidToBeSo) {
  const TempDir dir;
  SyntheticSlice localizer = series(1);
  localizer.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  write_series(dir / "localizer", 2, localizer);
  write_series(dir / "thorax", 5, series(2));
  EXPECT_THAT(read_study(dir.path(), {.series = "1"}).warnings,
              ElementsAre("The series that was asked for is unsuitable: localizer."));
}

TEST(StudyChoice, ALocalizerHiddenInASeriesIsLeftOut) {
  const TempDir dir;
  write_series(dir.path(), 3, series(1));
  SyntheticSlice localizer = series(1);
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
    SyntheticSlice slice = series(1);
    slice.tag = i;
    slice.write(dir / std::to_string(i));
  }
  EXPECT_THAT(refusal(dir.path()), HasSubstr("all slices at one position"));
}

TEST(StudyChoice, SeriesWithoutUidsAreToldApartByOrientationAndSize) {
  const TempDir dir;
  SyntheticSlice axial = series(1);
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

/// What a test says of the acquisition of slice `i`.
using Acquisition = std::function<void(DcmDataset& data, int i)>;

/// `count` slices of series 3 that begin at `height` and lie 2 mm apart.
void write_acquisition(const std::filesystem::path& folder, double height, int count,
                       const Acquisition& acquisition) {
  for (int i = 0; i < count; ++i) {
    SyntheticSlice slice = series(3);
    slice.position[2] = height + 2.0 * i;
    slice.tag = static_cast<int>(10 * height) + i;
    slice.edit = [&](DcmDataset& data) { acquisition(data, i); };
    slice.write(folder / (std::to_string(height) + "_" + std::to_string(i) + ".dcm"));
  }
}

Acquisition numbered(int number) {
  return [number](DcmDataset& data, int) {
    data.putAndInsertString(DCM_AcquisitionNumber, std::to_string(number).c_str());
  };
}

Acquisition timed(int position) {
  return [position](DcmDataset& data, int) {
    data.putAndInsertString(DCM_TemporalPositionIdentifier, std::to_string(position).c_str());
  };
}

TEST(StudyChoice, AcquisitionsOfOneBodyInOneSeriesAreReadApart) {
  const TempDir dir;
  write_acquisition(dir / "b", 1.0, 7, numbered(2));
  write_acquisition(dir / "a", 0.0, 8, numbered(1));
  const auto found = list_series(dir.path());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].part, 1);
  EXPECT_EQ(found[0].slices, 8U);
  EXPECT_THAT(found[0].line(), HasSubstr("series 3/1 (acquisition 1): CT, 8 slices"));
  EXPECT_EQ(found[1].part, 2);
  EXPECT_EQ(found[1].acquisition, "acquisition 2");

  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 8U);
  EXPECT_EQ(volume.slice_spacing_mm, 2.0);
  EXPECT_THAT(volume.warnings,
              ElementsAre(HasSubstr("2 CT series could be read; read was series 3/1"),
                          "Series 3 holds several acquisitions of the same part of the body: read "
                          "was acquisition 1 alone."));
  EXPECT_EQ(read_study(dir.path(), {.series = "3/2"}).slice_count(), 7U);
  EXPECT_EQ(read_study(dir.path(), {.series = "1.2.3.3/2"}).slice_count(), 7U);
}

TEST(StudyChoice, WhichOfTheAcquisitionsIsAsked) {
  const TempDir dir;
  write_acquisition(dir / "a", 0.0, 8, numbered(1));
  write_acquisition(dir / "b", 1.0, 7, numbered(2));
  for (const std::string wanted : {"3", "1.2.3.3"}) {
    EXPECT_THAT(
        jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = wanted}); }),
        HasSubstr("series '" + wanted +
                  "' holds 2 acquisitions of the same part of the body (expected '" + wanted +
                  "/1' for acquisition 1, '" + wanted + "/2' for acquisition 2)"));
  }
  for (const char* wanted : {"3/3", "3/", "3/x", "4/1"}) {
    EXPECT_THAT(
        jcs::test::error_line<jcs::UsageError>([&] { read_study(dir.path(), {.series = wanted}); }),
        HasSubstr("there is no series"))
        << wanted;
  }
}

TEST(StudyChoice, TemporalPositionsOfOneBodyAreReadApart) {
  const TempDir dir;
  write_acquisition(dir / "a", 0.0, 5, timed(1));
  write_acquisition(dir / "b", 0.0, 6, timed(2));
  write_acquisition(dir / "c", 1.0, 5, timed(3));
  EXPECT_EQ(list_series(dir.path()).size(), 3U);
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 6U);
  EXPECT_THAT(volume.warnings, testing::Contains(HasSubstr("read was temporal position 2 alone")));
}

TEST(StudyChoice, StepAndShootIsOneBody) {
  const TempDir slabs;  // each has two slices within the one before
  for (int slab = 0; slab < 4; ++slab) {
    write_acquisition(slabs.path(), 11.5 * slab, 8, numbered(slab));
  }
  EXPECT_THAT(list_series(slabs.path()), testing::SizeIs(1));
  EXPECT_EQ(read_study(slabs.path()).slice_count(), 32U);

  const TempDir single;  // every slice an acquisition of its own, up and down again between them
  write_acquisition(single.path(), 0.0, 8, [](DcmDataset& data, int i) {
    data.putAndInsertString(DCM_AcquisitionNumber, std::to_string(i).c_str());
  });
  write_acquisition(single.path(), 1.0, 8, [](DcmDataset& data, int i) {
    data.putAndInsertString(DCM_AcquisitionNumber, std::to_string(20 - i).c_str());
  });
  const CtVolume volume = read_study(single.path());
  EXPECT_EQ(volume.slice_count(), 16U);
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyChoice, SlabsOfOnePhaseStayTogether) {
  const TempDir dir;
  for (int slab = 0; slab < 3; ++slab) {
    write_acquisition(dir / "a", 10.0 * slab, 5, numbered(1 + slab));
    write_acquisition(dir / "b", 10.0 * slab + 1.0, 5, numbered(4 + slab));
  }
  const auto found = list_series(dir.path());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].slices, 15U);
  EXPECT_EQ(found[0].acquisition, "acquisitions 1 to 3");
  EXPECT_EQ(found[1].acquisition, "acquisitions 4 to 6");
  EXPECT_EQ(read_study(dir.path(), {.series = "3/2"}).slice_spacing_mm, 2.0);
}

// One of them is in the way of all: nobody knows which part it is missing from.
TEST(StudyChoice, ADamagedSliceIsMissingFromEveryAcquisition) {
  const TempDir dir;
  write_acquisition(dir / "a", 0.0, 5, numbered(1));
  write_acquisition(dir / "b", 1.0, 5, numbered(2));
  const auto file = dir / "b/1.000000_2.dcm";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 10);
  for (const char* wanted : {"3/1", "3/2"}) {
    EXPECT_THAT(
        jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path(), {.series = wanted}); }),
        HasSubstr("1.000000_2.dcm: the pixel data ends too early"));
  }
}

TEST(StudyChoice, MoreThanOnePatientIsSaid) {
  const TempDir dir;
  write_series(dir / "a", 4, series(1));
  SyntheticSlice other = series(2);
  other.edit = [](DcmDataset& data) { data.putAndInsertString(DCM_PatientID, "somebody else"); };
  write_series(dir / "b", 3, other);
  EXPECT_THAT(read_study(dir.path()).warnings,
              testing::Contains(HasSubstr("CT of 2 patients; read was patient 'phantom'")));
}

TEST(StudyChoice, EmptyMissingAndForeignFoldersAreNamed) {
  const TempDir dir;
  EXPECT_THAT(refusal(dir.path()), HasSubstr("the folder is empty"));
  EXPECT_THAT(refusal(dir / "absent"), HasSubstr("absent: there is no such folder"));
  std::ofstream(dir / "notes.txt") << "no CT";
  EXPECT_THAT(refusal(dir / "notes.txt"), HasSubstr("is no folder"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("no CT slices in it (got 1 file: 1 not DICOM"));
}

TEST(StudyChoice, TextIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice = series(1);
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 100");
    data.putAndInsertString(DCM_PatientName, "M\xFCller^J\xF6rg");
    data.putAndInsertString(DCM_SeriesDescription, "Th\xF6rax");
  };
  slice.write(dir / "latin.dcm");
  CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.series.patient_name, "M\xC3\xBCller^J\xC3\xB6rg");
  EXPECT_EQ(volume.series.series_description, "Th\xC3\xB6rax");
  slice.edit = [](DcmDataset& data) { data.putAndInsertString(DCM_PatientName, "M\xFCller"); };
  slice.write(dir / "latin.dcm");
  volume = read_study(dir.path());
  EXPECT_EQ(volume.series.patient_name, "M?ller");
  EXPECT_THAT(volume.warnings,
              ElementsAre("The files name no character set: those that are not known became ? in "
                          "PatientName (0010,0010)."));
}

TEST(StudyChoice, JapaneseTextIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice = series(1);
  const auto name_of = [&](const char* sets, const char* name) {
    slice.edit = [=](DcmDataset& data) {
      data.putAndInsertString(DCM_SpecificCharacterSet, sets);
      data.putAndInsertString(DCM_PatientName, name);
    };
    slice.write(dir / "japanese.dcm");
    return read_study(dir.path()).series.patient_name;
  };
  // The examples of the standard (PS3.5, annex H).
  EXPECT_EQ(name_of("\\ISO 2022 IR 87",
                    "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B="
                    "\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"),
            "Yamada^Tarou=山田^太郎=やまだ^たろう");
  EXPECT_EQ(name_of("ISO 2022 IR 13\\ISO 2022 IR 87",
                    "\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J="
                    "\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J"),
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
  // Cut within a character, and a set that was not announced: no control characters get through.
  EXPECT_EQ(name_of("\\ISO 2022 IR 87", "Yamada=\x1b$B;3E"), "Yamada=?$B;3E");
  EXPECT_EQ(name_of("\\ISO 2022 IR 87", "Yamada=\x1b$)Zxy"), "Yamada=?$)Zxy");
}

TEST(StudyChoice, TextInUnusualFormsOfCharacterSetsIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice = series(1);
  const auto volume_of = [&](const char* sets, const char* name) {
    slice.edit = [=](DcmDataset& data) {
      if (sets != nullptr) data.putAndInsertString(DCM_SpecificCharacterSet, sets);
      data.putAndInsertString(DCM_PatientName, name);
    };
    slice.write(dir / "slice.dcm");
    return read_study(dir.path());
  };
  const auto expect = [&](const char* sets, const char* raw, const char* name) {
    const CtVolume volume = volume_of(sets, raw);
    EXPECT_EQ(volume.series.patient_name, name);
    EXPECT_THAT(volume.warnings, IsEmpty());
  };
  expect("ISO_IR 203", "D\xBD", "D\u0153");
  for (const char* sets : {"ISO 2022 IR 149", "\\ISO 2022 IR 149"}) {
    expect(sets, "Kim=\xB1\xE8^\xC8\xF1\xC1\xDF", "Kim=\uAE40^\uD76C\uC911");
    expect(sets, "\x1b$)C\xB1\xE8^\x1b$)C\xC8\xF1\xC1\xDF", "\uAE40^\uD76C\uC911");
  }
  expect(nullptr, "M\xC3\xBCller", "M\xC3\xBCller");

  // Half a character, and the escape sequence of another set.
  for (const char* raw : {"Kim=\xB1", "Kim=\x1b$)A\xCD\xF5"}) {
    const CtVolume volume = volume_of("ISO 2022 IR 149", raw);
    EXPECT_THAT(volume.series.patient_name, HasSubstr("?"));
    EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ISO 2022 IR 149 does not explain all")));
  }
  EXPECT_THAT(volume_of("ISO_IR 999", "M\xFCller").warnings,
              ElementsAre(HasSubstr("ISO_IR 999 does not explain all")));
}

TEST(StudyChoice, AStopIsObeyed) {
  const TempDir dir;
  write_series(dir.path(), 3, series(1));
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
