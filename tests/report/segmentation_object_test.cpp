#include "jcs/report/segmentation_object.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "report/read_segmentation.hpp"
#include "support/error_line.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::diagnosis::CaseResult;
using jcs::imaging::CtVolume;
using jcs::report::dicom_warnings;
using jcs::report::write_segmentation;
using jcs::test::as_dicom;
using jcs::test::kContentTime;
using jcs::test::only;
using jcs::test::placed_volume;
using jcs::test::result_of;
using jcs::test::SegmentationFile;
using jcs::test::SegmentationFrame;
using jcs::test::TempDir;
using jcs::test::text;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::size_t count_slices(const CtVolume& volume, const std::vector<std::uint8_t>& mask) {
  std::size_t slices = 0;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const auto begin = mask.begin() + static_cast<std::ptrdiff_t>(k * volume.pixels());
    slices += std::any_of(begin, begin + static_cast<std::ptrdiff_t>(volume.pixels()),
                          [](std::uint8_t value) { return value != 0; });
  }
  return slices;
}

TEST(SegmentationObject, EveryVoxelLiesInTheFrameOfItsSlice) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  const auto written = write_segmentation(dir / "seg.dcm", result, volume);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->opacity_segment, 1);
  EXPECT_EQ(written->lungs_segment, 2);
  SegmentationFile read(dir / "seg.dcm");
  EXPECT_EQ(read.frames.size(),
            count_slices(volume, result.opacity_mask) + count_slices(volume, result.lung_mask));
  std::map<std::string, std::size_t> slice_of;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    slice_of[volume.slices[k].sop_instance_uid] = k;
  }
  for (const SegmentationFrame& frame : read.frames) {
    ASSERT_TRUE(slice_of.contains(frame.instance));
    const std::size_t k = slice_of[frame.instance];
    EXPECT_THAT(
        frame.position,
        testing::EndsWith("\\" + std::to_string(static_cast<int>(volume.slices[k].location_mm))));
    const auto& mask = frame.segment == 1 ? result.opacity_mask : result.lung_mask;
    for (std::size_t pixel = 0; pixel < volume.pixels(); ++pixel) {
      ASSERT_EQ(frame.pixels[pixel] != 0, mask[k * volume.pixels() + pixel] != 0);
    }
  }
}

TEST(SegmentationObject, CountsPositionsWithoutHoles) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(5), dir / "study");
  CaseResult result = result_of(volume);
  result.opacity_mask.assign(volume.hu.size(), 0);
  result.lung_mask.assign(volume.hu.size(), 0);
  const auto show = [&](std::vector<std::uint8_t>& mask, std::size_t slice) {
    mask[slice * volume.pixels() + 7] = 1;
  };
  show(result.opacity_mask, 3);
  show(result.opacity_mask, 4);
  show(result.lung_mask, 1);
  show(result.lung_mask, 3);
  write_segmentation(dir / "seg.dcm", result, volume);
  std::vector<std::string> indices, in_stack;
  const SegmentationFile read(dir / "seg.dcm");
  for (const SegmentationFrame& frame : read.frames) {
    indices.push_back(frame.index);
    in_stack.push_back(frame.in_stack);
  }
  EXPECT_THAT(indices, ElementsAre("1\\2", "1\\3", "2\\1", "2\\2"));
  EXPECT_THAT(in_stack, ElementsAre("2", "3", "1", "2"));
}

TEST(SegmentationObject, SaysWhatTheSegmentsAreAndWhereTheyLie) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  write_segmentation(dir / "seg.dcm", result_of(volume), volume);
  SegmentationFile read(dir / "seg.dcm");
  EXPECT_EQ(text(read.data(), DCM_Modality), "SEG");
  EXPECT_EQ(text(read.data(), DCM_SegmentationType), "BINARY");
  DcmItem& opacity = only(read.data(), DCM_SegmentSequence, 0);
  DcmItem& lungs = only(read.data(), DCM_SegmentSequence, 1);
  EXPECT_EQ(text(opacity, DCM_SegmentLabel), "Opacity");
  EXPECT_EQ(text(opacity, DCM_SegmentAlgorithmType), "AUTOMATIC");
  EXPECT_EQ(text(only(lungs, DCM_SegmentedPropertyTypeCodeSequence), DCM_CodeValue), "39607008");
  EXPECT_EQ(
      text(only(opacity, DCM_SegmentationAlgorithmIdentificationSequence), DCM_AlgorithmVersion),
      text(read.data(), DCM_SoftwareVersions));
  DcmItem& shared = only(read.data(), DCM_SharedFunctionalGroupsSequence);
  EXPECT_EQ(text(only(shared, DCM_PixelMeasuresSequence), DCM_PixelSpacing), "8\\6");
  EXPECT_EQ(text(only(shared, DCM_PixelMeasuresSequence), DCM_SliceThickness), "10");
  EXPECT_EQ(text(only(shared, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient),
            "1\\0\\0\\0\\1\\0");
}

TEST(SegmentationObject, UnevenSlicesHaveNoDistanceInCommon) {
  const TempDir dir;
  CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const auto measures = [&] {
    write_segmentation(dir / "seg.dcm", result_of(volume), volume);
    SegmentationFile read(dir / "seg.dcm");
    DcmItem& item =
        only(only(read.data(), DCM_SharedFunctionalGroupsSequence), DCM_PixelMeasuresSequence);
    return std::array{text(item, DCM_SliceThickness), text(item, DCM_SpacingBetweenSlices)};
  };
  EXPECT_THAT(measures(), testing::ElementsAre("10", "10"));
  volume.slices.back().location_mm += 5;
  volume.slices.back().position[2] += 5;
  EXPECT_THAT(measures(), testing::ElementsAre("10", ""));
}

TEST(SegmentationObject, ThereIsNoneWhereItWouldHaveToInventHowTheSlicesLie) {
  const TempDir dir;
  CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  volume.slices[1].oriented = false;
  EXPECT_FALSE(write_segmentation(dir / "seg.dcm", result, volume));
  EXPECT_FALSE(std::filesystem::exists(dir / "seg.dcm"));
}

TEST(SegmentationObject, BelongsToTheStudyOfTheImages) {
  const TempDir dir;
  CtVolume source = placed_volume();
  source.series.patient_name = "M\xc3\xbcller^J\xc3\xb6rg";
  source.series.study_uid = "1.2.826.0.1.3680043.10.5";
  source.series.frame_of_reference_uid = "1.2.826.0.1.3680043.10.6";
  source.series.accession_number = "ACC7";
  const CtVolume volume = as_dicom(source, dir / "study");
  const auto written = write_segmentation(dir / "seg.dcm", result_of(volume), volume);
  SegmentationFile read(dir / "seg.dcm");
  EXPECT_EQ(text(read.data(), DCM_PatientName), source.series.patient_name);
  EXPECT_EQ(text(read.data(), DCM_SpecificCharacterSet), "ISO_IR 192");
  EXPECT_EQ(text(read.data(), DCM_PatientID), "P-17");
  EXPECT_EQ(text(read.data(), DCM_AccessionNumber), "ACC7");
  EXPECT_EQ(text(read.data(), DCM_StudyInstanceUID), source.series.study_uid);
  EXPECT_EQ(text(read.data(), DCM_FrameOfReferenceUID), source.series.frame_of_reference_uid);
  EXPECT_NE(text(read.data(), DCM_SeriesInstanceUID), volume.series.series_uid);
  EXPECT_EQ(text(read.data(), DCM_SeriesInstanceUID), written->series_uid);
  EXPECT_EQ(text(read.data(), DCM_SOPInstanceUID), written->sop_instance_uid);
  EXPECT_EQ(text(only(read.data(), DCM_ReferencedSeriesSequence), DCM_SeriesInstanceUID),
            volume.series.series_uid);
  EXPECT_THAT(dicom_warnings(volume), IsEmpty());
}

TEST(SegmentationObject, ValuesThatBreakTheRulesDoNotKeepItFromBeingWritten) {
  const TempDir dir;
  CtVolume source = placed_volume();
  source.series.study_date = "2020.31.99";
  source.series.patient_age = "45";
  source.series.patient_sex = "not known";
  source.series.patient_name = "DOE^JANE\\ROE";
  const CtVolume volume = as_dicom(source, dir / "study");
  ASSERT_TRUE(write_segmentation(dir / "seg.dcm", result_of(volume), volume));
  SegmentationFile read(dir / "seg.dcm");
  EXPECT_EQ(text(read.data(), DCM_PatientName), "DOE^JANE");
  EXPECT_EQ(text(read.data(), DCM_PatientID), "P-17");
  EXPECT_TRUE(read.data().tagExists(DCM_StudyDate));
  EXPECT_EQ(text(read.data(), DCM_StudyDate), "");
  EXPECT_EQ(text(read.data(), DCM_PatientSex), "");
  EXPECT_FALSE(read.data().tagExists(DCM_PatientAge));
}

TEST(SegmentationObject, SaysThatTheImagesNameNoMethodOfAnonymisation) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  DcmFileFormat first;
  ASSERT_TRUE(first.loadFile(volume.slices.front().file.c_str()).good());
  const auto method_when = [&](const char* removed) {
    first.getDataset()->putAndInsertString(DCM_PatientIdentityRemoved, removed);
    first.getDataset()->putAndInsertString(DCM_DeidentificationMethod, "");
    first.saveFile(volume.slices.front().file.c_str(), EXS_LittleEndianExplicit);
    write_segmentation(dir / "seg.dcm", result_of(volume), volume);
    SegmentationFile read(dir / "seg.dcm");
    return text(read.data(), DCM_PatientIdentityRemoved) + ": " +
           text(read.data(), DCM_DeidentificationMethod);
  };
  EXPECT_EQ(method_when("YES"), "YES: not stated in the images");
  EXPECT_EQ(method_when("NO"), "NO: ");
  EXPECT_EQ(method_when("PERHAPS"), ": ");
}

TEST(SegmentationObject, LungsAloneAreTheFirstSegment) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  CaseResult result = jcs::test::without_segmentation(result_of(volume));
  const auto written = write_segmentation(dir / "seg.dcm", result, volume);
  ASSERT_TRUE(written);
  EXPECT_FALSE(written->opacity_segment);
  EXPECT_EQ(written->lungs_segment, 1);
}

TEST(SegmentationObject, IsNotWrittenWhereThereIsNothingToShow) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  CaseResult empty = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  EXPECT_FALSE(write_segmentation(dir / "seg.dcm", empty, volume));
  empty.opacity_mask.assign(volume.hu.size(), 0);
  EXPECT_FALSE(write_segmentation(dir / "seg.dcm", empty, volume));
  const CtVolume pictures = jcs::test::as_pictures(placed_volume());
  EXPECT_FALSE(write_segmentation(dir / "seg.dcm", jcs::test::sample_result(pictures), pictures));
  CtVolume nowhere = volume;
  for (auto& slice : nowhere.slices) slice.position = {};
  EXPECT_FALSE(write_segmentation(dir / "seg.dcm", result_of(nowhere), nowhere));
  EXPECT_FALSE(fs::exists(dir / "seg.dcm"));
}

TEST(SegmentationObject, IsTheSameEachTimeWhenToldTheTime) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  const auto bytes = [&](const std::string& time) {
    write_segmentation(dir / "seg.dcm", result, volume, {.content_time = time});
    return jcs::test::content_of(dir / "seg.dcm");
  };
  EXPECT_EQ(bytes(kContentTime), bytes(kContentTime));
  EXPECT_NE(bytes(kContentTime), bytes("20260102030406"));
  EXPECT_NE(bytes(""), bytes(""));
  bytes(kContentTime);
  EXPECT_EQ(text(SegmentationFile(dir / "seg.dcm").data(), DCM_ContentTime), "030405");
  EXPECT_NO_THROW(bytes("20240229000000"));
  for (const char* wrong :
       {"2026", "20261301000000", "20260231000000", "20260229000000", "20260102030405 ", "now"}) {
    EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([&] { bytes(wrong); }),
                HasSubstr("YYYYMMDDHHMMSS"));
  }
}

TEST(SegmentationObject, SaysWhereItCannotBeWritten) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>([&] {
                write_segmentation(dir / "missing" / "seg.dcm", result_of(volume), volume);
              }),
              HasSubstr("seg.dcm"));
}

}  // namespace
