// Files of several frames, which say in functional groups what slices say of themselves.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/frame_groups.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::read_study;
using jcs::test::frame_group;
using jcs::test::place_frames;
using jcs::test::shared_group;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// An enhanced CT file: frames from head to feet, geometry and rescale in functional groups.
void write_enhanced(const std::filesystem::path& file,
                    const std::function<void(DcmDataset&)>& edit = {}) {
  SyntheticSlice slice;
  slice.sop_class = UID_EnhancedCTImageStorage;
  slice.slope.reset();
  slice.intercept.reset();
  slice.stored.resize(3 * 12);
  for (std::size_t i = 0; i < slice.stored.size(); ++i) {
    slice.stored[i] = static_cast<std::uint16_t>(1000 + i);
  }
  slice.edit = [&](DcmDataset& data) {
    for (const DcmTagKey& tag : {DCM_ImagePositionPatient, DCM_ImageOrientationPatient,
                                 DCM_PixelSpacing, DCM_SliceThickness}) {
      data.findAndDeleteElement(tag);
    }
    place_frames(data, {9, 6, 3});
    DcmItem& measures = shared_group(data, DCM_PixelMeasuresSequence);
    measures.putAndInsertString(DCM_PixelSpacing, "0.7\\0.6");
    measures.putAndInsertString(DCM_SliceThickness, "1.5");
    for (int frame = 0; frame < 3; ++frame) {
      DcmItem& values = frame_group(data, frame, DCM_PixelValueTransformationSequence);
      values.putAndInsertString(DCM_RescaleSlope, frame == 2 ? "2" : "1");
      values.putAndInsertString(DCM_RescaleIntercept, "-1000");
    }
    if (edit) edit(data);
  };
  slice.write(file);
}

TEST(StudyFrames, EnhancedMultiFrameIsReadFrameByFrame) {
  const TempDir dir;
  write_enhanced(dir / "enhanced.dcm");
  const CtVolume volume = read_study(dir.path());
  ASSERT_EQ(volume.slice_count(), 3U);
  EXPECT_EQ(volume.row_spacing_mm, 0.7);
  EXPECT_EQ(volume.column_spacing_mm, 0.6);
  EXPECT_EQ(volume.slice_spacing_mm, 3.0);
  EXPECT_EQ(volume.series.slice_thickness_mm, 1.5);
  // The last frame lies lowest and has a slope of 2.
  EXPECT_EQ(volume.slices[0].frame, 2);
  EXPECT_EQ(volume.slice(0)[1], 2 * 1025 - 1000);
  EXPECT_EQ(volume.slice(2)[1], 1);
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyFrames, EmptyFunctionalGroupsDoNotHideWhatStandsBesideThem) {
  const TempDir dir;
  for (const char* frames : {"", "1"}) {
    for (int i = 0; i < 2; ++i) {
      SyntheticSlice slice;
      slice.position[2] = 3.0 * i;
      slice.edit = [frames](DcmDataset& data) {
        data.insertEmptyElement(DCM_SharedFunctionalGroupsSequence);
        DcmItem* shared = nullptr;
        data.findOrCreateSequenceItem(DCM_SharedFunctionalGroupsSequence, shared);
        if (*frames != '\0') data.putAndInsertString(DCM_NumberOfFrames, frames);
      };
      slice.write(dir / std::to_string(i));
    }
    const CtVolume volume = read_study(dir.path());
    EXPECT_EQ(volume.slice_spacing_mm, 3.0);
    EXPECT_EQ(volume.row_spacing_mm, 0.8);
    EXPECT_EQ(volume.hu[0], 1000 - 1024);
    EXPECT_TRUE(volume.oriented());
    EXPECT_THAT(volume.warnings, IsEmpty());
  }
}

// What stands beside the groups is not of every frame.
TEST(StudyFrames, FramesWithoutAGroupTakeNothingFromBesideIt) {
  const TempDir dir;
  write_enhanced(dir / "enhanced.dcm", [](DcmDataset& data) {
    data.putAndInsertString(DCM_RescaleSlope, "1");
    data.putAndInsertString(DCM_RescaleIntercept, "-1000");
    for (unsigned long frame = 0; frame < 3; ++frame) {
      DcmItem* own = nullptr;
      data.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, own,
                                  static_cast<signed long>(frame));
      own->findAndDeleteElement(DCM_PixelValueTransformationSequence);
    }
  });
  EXPECT_THAT(read_study(dir.path()).warnings, ElementsAre(HasSubstr("no rescale")));
}

// Frames share groups, and one between them that has its own says nothing of the next.
TEST(StudyFrames, AFrameTakesNothingFromTheOneBefore) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.sop_class = UID_EnhancedCTImageStorage;
  slice.rows = slice.columns = 1;
  slice.stored = {1000, 1001, 1002, 1003, 1004};
  slice.edit = [](DcmDataset& data) {
    place_frames(data, {0, 1, 2, 3, 4});
    shared_group(data, DCM_CTImageFrameTypeSequence)
        .putAndInsertString(DCM_FrameType, "ORIGINAL\\PRIMARY\\AXIAL");
    frame_group(data, 1, DCM_CTImageFrameTypeSequence)
        .putAndInsertString(DCM_FrameType, "ORIGINAL\\PRIMARY\\LOCALIZER");
    DcmItem& values = shared_group(data, DCM_PixelValueTransformationSequence);
    values.putAndInsertString(DCM_RescaleSlope, "1");
    values.putAndInsertString(DCM_RescaleIntercept, "-1000");
    frame_group(data, 1, DCM_PixelValueTransformationSequence)
        .putAndInsertString(DCM_RescaleType, "Z_EFF");
    for (const int frame : {0, 1}) {
      frame_group(data, frame, DCM_FrameContentSequence)
          .putAndInsertUint16(DCM_FrameAcquisitionNumber, static_cast<Uint16>(7 + frame));
    }
  };
  slice.write(dir / "enhanced.dcm");
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(volume.hu, ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(volume.warnings, testing::Contains(HasSubstr("1 localizer(s)")));
}

TEST(StudyFrames, AnotherUnitOfFramesIsRefused) {
  const TempDir dir;
  write_enhanced(dir / "enhanced.dcm", [](DcmDataset& data) {
    frame_group(data, 1, DCM_PixelValueTransformationSequence)
        .putAndInsertString(DCM_RescaleType, "Z_EFF");
  });
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); }),
              HasSubstr("not Hounsfield units but Z_EFF"));
}

TEST(StudyFrames, TemporalPositionsOfFramesAreReadApart) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.sop_class = UID_EnhancedCTImageStorage;
  slice.rows = slice.columns = 1;
  for (int frame = 0; frame < 12; ++frame) {
    slice.stored.push_back(static_cast<std::uint16_t>(1000 + frame));
  }
  slice.edit = [](DcmDataset& data) {
    place_frames(data, {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
    for (int frame = 0; frame < 12; ++frame) {
      DcmItem& content = frame_group(data, frame, DCM_FrameContentSequence);
      content.putAndInsertUint32(DCM_TemporalPositionIndex, static_cast<Uint32>(1 + frame % 2));
      content.putAndInsertUint16(DCM_FrameAcquisitionNumber, 7);
    }
  };
  slice.write(dir / "enhanced.dcm");
  const CtVolume volume = read_study(dir.path(), {.series = "1/2"});
  EXPECT_THAT(volume.hu, ElementsAre(1001, 1003, 1005, 1007, 1009, 1011));
  EXPECT_THAT(volume.warnings, testing::Contains(HasSubstr("read was temporal position 2 alone")));
}

}  // namespace
