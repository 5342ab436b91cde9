// What a segmentation object takes over from the images that it is made of.
#include <array>
#include <functional>
#include <set>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/report/segmentation_object.hpp"

#include "report/read_segmentation.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::diagnosis::CaseResult;
using jcs::imaging::CtVolume;
using jcs::report::dicom_warnings;
using jcs::report::write_segmentation;
using jcs::test::as_dicom;
using jcs::test::edited;
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

TEST(SegmentationObject, IsAnotherObjectWhereAnythingInItIsAnother) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  const auto uid = [&](const CtVolume& of) {
    return write_segmentation(dir / "seg.dcm", result, of, {.content_time = kContentTime})
        ->sop_instance_uid;
  };
  std::set<std::string> uids = {uid(volume), uid(volume)};
  EXPECT_EQ(uids.size(), 1U);
  const auto changed = [&](const std::function<void(CtVolume&)>& change) {
    CtVolume other = volume;
    change(other);
    return uids.insert(uid(other)).second;
  };
  EXPECT_TRUE(changed([](CtVolume& other) { other.row_spacing_mm += 0.5; }));
  EXPECT_TRUE(changed([](CtVolume& other) { other.slices[5].position[0] += 0.5; }));
  EXPECT_TRUE(changed([](CtVolume& other) { other.slices[5].sop_instance_uid = "1.2.3.99"; }));
  EXPECT_TRUE(changed([](CtVolume& other) { other.series.frame_of_reference_uid = "1.2.3.98"; }));
  EXPECT_TRUE(changed([](CtVolume& other) { other.series.slice_thickness_mm = 7; }));
  for (const DcmTagKey& tag : {DCM_PatientID, DCM_PatientName, DCM_AccessionNumber}) {
    const CtVolume other = edited(dir / "study", [&](DcmFileFormat& format, int) {
      format.getDataset()->putAndInsertString(tag, "CORRECTED");
    });
    EXPECT_TRUE(uids.insert(uid(other)).second) << DcmTag(tag).getTagName();
  }
}

std::array<std::string, 3> lossy_of(const CtVolume& volume) {
  const TempDir dir;
  write_segmentation(dir / "seg.dcm", result_of(volume), volume);
  SegmentationFile read(dir / "seg.dcm");
  return {text(read.data(), DCM_LossyImageCompression),
          text(read.data(), DCM_LossyImageCompressionRatio),
          text(read.data(), DCM_LossyImageCompressionMethod)};
}

TEST(SegmentationObject, OneLossySourceMakesItLossy) {
  const TempDir dir;
  EXPECT_THAT(lossy_of(as_dicom(placed_volume(), dir / "study")), ElementsAre("00", "", ""));
  const auto put = [](DcmFileFormat& format, const char* lossy, const char* ratio,
                      const char* method) {
    format.getDataset()->putAndInsertString(DCM_LossyImageCompression, lossy);
    format.getDataset()->putAndInsertString(DCM_LossyImageCompressionRatio, ratio);
    format.getDataset()->putAndInsertString(DCM_LossyImageCompressionMethod, method);
  };
  EXPECT_THAT(lossy_of(edited(dir / "study",
                              [&](DcmFileFormat& format, int k) {
                                if (k == 3) put(format, "01", "", "");
                                if (k == 7) {
                                  put(format, "01", "12.5\\3", "ISO_10918_1\\ISO_15444_1");
                                }
                              })),
              ElementsAre("01", "12.5\\3", "ISO_10918_1\\ISO_15444_1"));
  EXPECT_THAT(lossy_of(edited(dir / "study", [&](DcmFileFormat& format,
                                                 int) { put(format, "01", "much", "jpeg?"); })),
              ElementsAre("01", "", ""))
      << "what is no value is left out";
  EXPECT_THAT(lossy_of(edited(dir / "study",
                              [&](DcmFileFormat& format, int) { put(format, "00", "", ""); })),
              ElementsAre("00", "", ""));
}

TEST(SegmentationObject, ATransferSyntaxThatLosesMakesItLossyWithoutTheFilesSaying) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  DJEncoderRegistration::registerCodecs();
  const CtVolume volume = edited(
      dir / "study",
      [](DcmFileFormat& format, int) {
        DcmDataset& data = *format.getDataset();
        const DJ_RPLossy quality(90);
        ASSERT_TRUE(data.chooseRepresentation(EXS_JPEGProcess2_4, &quality).good());
        for (const DcmTagKey& tag : {DCM_LossyImageCompression, DCM_LossyImageCompressionRatio,
                                     DCM_LossyImageCompressionMethod}) {
          delete data.remove(tag);
        }
      },
      EXS_JPEGProcess2_4);
  const std::array<std::string, 3> lossy = lossy_of(volume);
  EXPECT_EQ(lossy[0], "01");
  EXPECT_GT(std::stod(lossy[1]), 1.0);
  EXPECT_EQ(lossy[2], "ISO_10918_1");
}

TEST(SegmentationObject, IdentifiersThatWereErasedAreMadeUpAndSaid) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  const CtVolume volume = edited(dir / "study", [](DcmFileFormat& format, int) {
    format.getDataset()->putAndInsertString(DCM_SOPInstanceUID, "");
    format.getDataset()->putAndInsertString(DCM_StudyInstanceUID, "");
    format.getDataset()->putAndInsertString(DCM_SeriesInstanceUID, "no identifier");
  });
  write_segmentation(dir / "a.dcm", result_of(volume), volume, {.content_time = kContentTime});
  write_segmentation(dir / "b.dcm", result_of(volume), volume, {.content_time = "20270102030405"});
  SegmentationFile a(dir / "a.dcm"), b(dir / "b.dcm");
  std::set<std::string> instances;
  for (const SegmentationFrame& frame : a.frames) instances.insert(frame.instance);
  EXPECT_EQ(instances.size(), volume.slice_count()) << "no two images share one";
  EXPECT_EQ(a.frames.front().instance, b.frames.front().instance) << "the same each time";
  EXPECT_THAT(text(a.data(), DCM_StudyInstanceUID), testing::StartsWith("2.25."));
  EXPECT_EQ(text(a.data(), DCM_StudyInstanceUID), text(b.data(), DCM_StudyInstanceUID));
  EXPECT_THAT(
      dicom_warnings(volume),
      ElementsAre(testing::AllOf(HasSubstr("study, series, 12 images"), HasSubstr("made-up"))));
}

TEST(SegmentationObject, IdentifiersWithLeadingZerosStay) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  const CtVolume volume = jcs::test::with_zeros(dir / "study");
  EXPECT_THAT(dicom_warnings(volume), IsEmpty());
  ASSERT_TRUE(write_segmentation(dir / "seg.dcm", result_of(volume), volume));
  SegmentationFile read(dir / "seg.dcm");
  EXPECT_EQ(text(read.data(), DCM_StudyInstanceUID), jcs::test::kZerosStudy);
  EXPECT_EQ(text(read.data(), DCM_FrameOfReferenceUID), jcs::test::kZerosFrame);
  DcmItem& series = only(read.data(), DCM_ReferencedSeriesSequence);
  EXPECT_EQ(text(series, DCM_SeriesInstanceUID), jcs::test::kZerosSeries);
  std::set<std::string> listed, expected, of_frames;
  for (int k = 0; k < static_cast<int>(volume.slice_count()); ++k) {
    listed.insert(
        text(only(series, DCM_ReferencedInstanceSequence, k), DCM_ReferencedSOPInstanceUID));
    expected.insert(jcs::test::zeros_instance(k));
  }
  for (const SegmentationFrame& frame : read.frames) of_frames.insert(frame.instance);
  EXPECT_EQ(listed, expected);
  EXPECT_EQ(of_frames, expected);
}

TEST(SegmentationObject, TextsThatAreNoIdentifiersAreReplaced) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  for (const std::string& wrong : {std::string("1..2"), std::string("1.2."), std::string(".1.2"),
                                   std::string("1.2.x"), std::string(65, '1')}) {
    const CtVolume volume = edited(dir / "study", [&](DcmFileFormat& format, int) {
      format.getDataset()->putAndInsertString(DCM_StudyInstanceUID, wrong.c_str());
    });
    EXPECT_THAT(dicom_warnings(volume), ElementsAre(HasSubstr("(study)"))) << wrong;
    write_segmentation(dir / "seg.dcm", result_of(volume), volume);
    SegmentationFile read(dir / "seg.dcm");
    EXPECT_THAT(text(read.data(), DCM_StudyInstanceUID), testing::StartsWith("2.25.")) << wrong;
  }
}

TEST(SegmentationObject, IdentifiersThatImagesShareAreToldApart) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  const CtVolume volume = edited(dir / "study", [](DcmFileFormat& format, int) {
    format.getDataset()->putAndInsertString(DCM_SOPInstanceUID, "1.2.3");
  });
  write_segmentation(dir / "seg.dcm", result_of(volume), volume);
  SegmentationFile read(dir / "seg.dcm");
  std::set<std::string> instances;
  for (const SegmentationFrame& frame : read.frames) instances.insert(frame.instance);
  EXPECT_EQ(instances.size(), volume.slice_count());
  EXPECT_THAT(dicom_warnings(volume), ElementsAre(HasSubstr("11 images")));
}

}  // namespace
