// Acquisitions and temporal positions of one series, through what is listed and read.
#include <filesystem>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// What a test says of the acquisition of slice `i`.
using Acquisition = std::function<void(DcmDataset& data, int i)>;

/// `count` slices of series 3 that begin at `height` and lie 2 mm apart.
void write_acquisition(const std::filesystem::path& folder, double height, int count,
                       const Acquisition& acquisition) {
  for (int i = 0; i < count; ++i) {
    SyntheticSlice slice = slice_of_series(3);
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

TEST(Acquisitions, AcquisitionsOfOneBodyInOneSeriesAreReadApart) {
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

TEST(Acquisitions, WhichOfTheAcquisitionsIsAsked) {
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

TEST(Acquisitions, TemporalPositionsOfOneBodyAreReadApart) {
  const TempDir dir;
  write_acquisition(dir / "a", 0.0, 5, timed(1));
  write_acquisition(dir / "b", 0.0, 6, timed(2));
  write_acquisition(dir / "c", 1.0, 5, timed(3));
  EXPECT_EQ(list_series(dir.path()).size(), 3U);
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 6U);
  EXPECT_THAT(volume.warnings, testing::Contains(HasSubstr("read was temporal position 2 alone")));
}

TEST(Acquisitions, StepAndShootIsOneBody) {
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

TEST(Acquisitions, SlabsOfOnePhaseStayTogether) {
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
TEST(Acquisitions, ADamagedSliceIsMissingFromEveryAcquisition) {
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

}  // namespace
