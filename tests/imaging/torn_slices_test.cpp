// Files that say too little to be slices of any series: a study that lacks them says so.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/file_bytes.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::read_study;
using jcs::test::content_of;
using jcs::test::overwrite;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// Four slices, 2 mm apart. @return what lies in 3.dcm
std::string write_four_slices(const std::filesystem::path& folder, SyntheticSlice slice = {}) {
  for (int i = 0; i < 4; ++i) {
    slice.position[2] = 2.0 * i;
    slice.tag = i;
    slice.instance_number = i + 1;
    slice.write(folder / (std::to_string(i) + ".dcm"));
  }
  return content_of(folder / "3.dcm");
}

std::vector<std::string> torn_study_warnings(const std::filesystem::path& folder) {
  return read_study(folder).warnings;
}

auto names_as_unreadable(const char* file) {
  return Contains(AllOf(HasSubstr("1 file(s) could not be read, the first: "), HasSubstr(file)));
}

const std::string kSeriesUid("\x20\x00\x0E\x00UI", 6);
const std::string kRows("\x28\x00\x10\x00US", 6);
const std::string kPixels("\xE0\x7F\x10\x00OW", 6);

TEST(TornSlices, ASliceTornBeforeItsSeriesIsNamed) {
  const TempDir dir;
  const std::string whole = write_four_slices(dir.path());
  for (const std::size_t more : {0, 4, 12}) {
    overwrite(dir / "3.dcm", whole.substr(0, whole.find(kSeriesUid) + more));
    EXPECT_THAT(torn_study_warnings(dir.path()), names_as_unreadable("3.dcm")) << more;
  }
  EXPECT_EQ(read_study(dir.path()).slice_count(), 3U);
}

TEST(TornSlices, ASliceWithoutPixelsIsNamed) {
  const TempDir dir;
  const std::string whole = write_four_slices(dir.path());
  overwrite(dir / "3.dcm", whole.substr(0, whole.find(kPixels)));
  EXPECT_THAT(torn_study_warnings(dir.path()), names_as_unreadable("3.dcm"));
}

// An anonymiser erased the series, and what is torn has none of what tells series apart else.
TEST(TornSlices, ATornSliceOfAnErasedSeriesIsNamed) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.series_uid.clear();
  const std::string whole = write_four_slices(dir.path(), slice);
  overwrite(dir / "3.dcm", whole.substr(0, whole.find(kRows) + 4));
  EXPECT_THAT(torn_study_warnings(dir.path()), names_as_unreadable("3.dcm"));
}

// Renderings in colour lie beside many studies and are no slices.
TEST(TornSlices, WholeFilesThatAreNoSlicesAreNotNamed) {
  const TempDir dir;
  write_four_slices(dir.path());
  for (const char* series : {"1.2.3.9", ""}) {
    SyntheticSlice colour;
    colour.series_uid = series;
    colour.stored.assign(36, 1);
    colour.edit = [](DcmDataset& data) {
      data.putAndInsertUint16(DCM_SamplesPerPixel, 3);
      data.putAndInsertString(DCM_PhotometricInterpretation, "RGB");
    };
    colour.write(dir / "colour.dcm");
    EXPECT_THAT(torn_study_warnings(dir.path()), IsEmpty()) << series;
  }
}

TEST(TornSlices, AFileOfNothingIsNamed) {
  for (const std::size_t size : {0, 100, 5000}) {
    for (const char* name : {"4.dcm", "four.DCM", "4", "IM4", "1.2.840.4"}) {
      const TempDir dir;
      write_four_slices(dir.path());
      overwrite(dir / name, std::string(size, '\0'));
      EXPECT_THAT(torn_study_warnings(dir.path()), names_as_unreadable(name)) << size;
    }
    for (const char* name : {".4.dcm", ".hidden", "notes.txt", "4.png", "LOCKFILE", "_SUCCESS"}) {
      const TempDir dir;
      write_four_slices(dir.path());
      overwrite(dir / name, std::string(size, '\0'));
      EXPECT_THAT(torn_study_warnings(dir.path()), IsEmpty()) << name << " " << size;
    }
  }
}

// A preamble may make a file of another format of it.
TEST(TornSlices, ASliceTornWithinAPreambleThatIsNotEmptyIsNamed) {
  const TempDir dir;
  const std::string whole = write_four_slices(dir.path());
  const std::string begin = std::string("II*\0\x08\0\0\0", 8) + whole.substr(8);
  for (const std::size_t size : {8, 130, 131}) {
    for (const char* name : {"9.dcm", "9.IMA", "9.dicom", "9.dic"}) {
      overwrite(dir / name, begin.substr(0, size));
      EXPECT_THAT(torn_study_warnings(dir.path()), names_as_unreadable(name)) << size;
      std::filesystem::remove(dir / name);
    }
    for (const char* name : {"9.tif", "9", ".9.dcm"}) {
      overwrite(dir / name, begin.substr(0, size));
      EXPECT_THAT(torn_study_warnings(dir.path()), IsEmpty()) << name << " " << size;
      std::filesystem::remove(dir / name);
    }
  }
}

TEST(TornSlices, WhereverASliceIsTornItIsNamed) {
  const TempDir dir;
  for (const char* series : {"1.2.3.1", ""}) {
    SyntheticSlice slice;
    slice.series_uid = series;
    const std::string whole = write_four_slices(dir.path(), slice);
    const std::size_t step = slice.series_uid.empty() ? 7 : 1;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      overwrite(dir / "3.dcm", whole.substr(0, size));
      try {
        EXPECT_THAT(torn_study_warnings(dir.path()), Contains(HasSubstr("3.dcm"))) << size;
      } catch (const jcs::InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("3.dcm")) << size;
      }
    }
  }
}

TEST(TornSlices, PicturesBesideATornSliceAreNotTheWholeStudy) {
  const TempDir dir;
  write_four_slices(dir / "slices");
  const std::string whole = content_of(dir / "slices/0.dcm");
  std::filesystem::remove_all(dir / "slices");
  for (const char* name : {"1.png", "2.png"}) {
    ASSERT_TRUE(cv::imwrite((dir / name).string(), cv::Mat::zeros(2, 3, CV_8UC1)));
  }
  EXPECT_EQ(torn_study_warnings(dir.path()).size(), 1U);
  overwrite(dir / "0.dcm", whole.substr(0, 140));
  const auto volume = read_study(dir.path());
  EXPECT_TRUE(volume.windowed);
  EXPECT_THAT(volume.warnings, names_as_unreadable("0.dcm"));
}

}  // namespace
