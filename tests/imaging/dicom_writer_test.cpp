#include "jcs/imaging/dicom_writer.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcvrui.h>
#include <gtest/gtest.h>

#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/study.hpp"

#include "support/error_line.hpp"
#include "support/in_locale.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::CtVolume;
using jcs::imaging::read_study;
using jcs::imaging::Vec3;
using jcs::imaging::write_ct_series;
using jcs::imaging::WriteOptions;
using jcs::test::error_line;
using jcs::test::TempDir;

CtVolume phantom_volume() {
  jcs::imaging::PhantomOptions options;
  options.rows = 40;
  options.columns = 56;
  options.slices = 6;
  options.row_spacing_mm = 8;
  options.column_spacing_mm = 6.5;
  options.slice_spacing_mm = 12.5;
  return jcs::imaging::make_phantom(options).volume;
}

void expect_near(const Vec3& a, const Vec3& b) {
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
}

void expect_same(const CtVolume& a, const CtVolume& b) {
  EXPECT_EQ(a.hu, b.hu);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_NEAR(a.row_spacing_mm, b.row_spacing_mm, 1e-9);
  EXPECT_NEAR(a.column_spacing_mm, b.column_spacing_mm, 1e-9);
  EXPECT_NEAR(a.slice_spacing_mm, b.slice_spacing_mm, 1e-6);
  expect_near(a.row_direction, b.row_direction);
  expect_near(a.column_direction, b.column_direction);
  expect_near(a.normal, b.normal);
  ASSERT_EQ(a.slice_count(), b.slice_count());
  for (std::size_t k = 0; k < a.slice_count(); ++k) {
    expect_near(a.slices[k].position, b.slices[k].position);
    EXPECT_EQ(a.slices[k].sop_instance_uid, b.slices[k].sop_instance_uid);
    EXPECT_EQ(a.slices[k].instance_number, b.slices[k].instance_number);
  }
  EXPECT_EQ(a.series.patient_id, b.series.patient_id);
  EXPECT_EQ(a.series.patient_name, b.series.patient_name);
  EXPECT_EQ(a.series.patient_sex, b.series.patient_sex);
  EXPECT_EQ(a.series.patient_age, b.series.patient_age);
  EXPECT_EQ(a.series.study_uid, b.series.study_uid);
  EXPECT_EQ(a.series.series_uid, b.series.series_uid);
  EXPECT_EQ(a.series.frame_of_reference_uid, b.series.frame_of_reference_uid);
  EXPECT_EQ(a.series.series_description, b.series.series_description);
  EXPECT_EQ(a.series.manufacturer, b.series.manufacturer);
  EXPECT_EQ(a.series.slice_thickness_mm, b.series.slice_thickness_mm);
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

TEST(DicomWriter, ReadsBackEqualInBothTransferSyntaxes) {
  const CtVolume volume = phantom_volume();
  for (const auto& [syntax, uid] : {std::pair{WriteOptions::TransferSyntax::kExplicitLittleEndian,
                                              UID_LittleEndianExplicitTransferSyntax},
                                    std::pair{WriteOptions::TransferSyntax::kJpegLossless,
                                              UID_JPEGProcess14SV1TransferSyntax}}) {
    const TempDir dir;
    write_ct_series(dir / "study", volume, {syntax});
    EXPECT_EQ(entries(dir / "study"), volume.slice_count());
    EXPECT_EQ(entries(dir.path()), 1U);
    expect_same(volume, read_study(dir / "study"));

    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile((dir / "study/slice_0001.dcm").c_str()).good());
    OFString written;
    format.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, written);
    EXPECT_STREQ(written.c_str(), uid);
  }
}

TEST(DicomWriter, KeepsASagittalVolumeWithNegatedDirections) {
  CtVolume volume = phantom_volume();
  volume.row_direction = {0, -1, 0};
  volume.column_direction = {0, 0, -1};
  volume.normal = {1, 0, 0};
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const double x = -30 + 12.5 * static_cast<double>(k);
    volume.slices[k].position = {x, 100.25, 50};
    volume.slices[k].location_mm = x;
  }
  const TempDir dir;
  write_ct_series(dir / "study", volume);
  expect_same(volume, read_study(dir / "study"));
}

TEST(DicomWriter, KeepsEveryValueOfSixteenBits) {
  CtVolume volume = phantom_volume();
  volume.hu[0] = -32768;
  volume.hu[1] = 32767;
  volume.hu[2] = -2000;
  for (const auto syntax : {WriteOptions::TransferSyntax::kExplicitLittleEndian,
                            WriteOptions::TransferSyntax::kJpegLossless}) {
    const TempDir dir;
    write_ct_series(dir / "study", volume, {syntax});
    EXPECT_EQ(read_study(dir / "study").hu, volume.hu);
  }
}

TEST(DicomWriter, WritesWhatACtImageMustHave) {
  const TempDir dir;
  write_ct_series(dir / "study", phantom_volume());
  for (const auto& entry : fs::directory_iterator(dir / "study")) {
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile(entry.path().c_str()).good());
    DcmDataset& dataset = *format.getDataset();
    for (const DcmTagKey& tag : {DCM_SOPClassUID,
                                 DCM_SOPInstanceUID,
                                 DCM_StudyInstanceUID,
                                 DCM_SeriesInstanceUID,
                                 DCM_Modality,
                                 DCM_FrameOfReferenceUID,
                                 DCM_PixelSpacing,
                                 DCM_ImageOrientationPatient,
                                 DCM_ImagePositionPatient,
                                 DCM_ImageType,
                                 DCM_SamplesPerPixel,
                                 DCM_PhotometricInterpretation,
                                 DCM_Rows,
                                 DCM_Columns,
                                 DCM_BitsAllocated,
                                 DCM_BitsStored,
                                 DCM_HighBit,
                                 DCM_PixelRepresentation,
                                 DCM_RescaleIntercept,
                                 DCM_RescaleSlope,
                                 DCM_PixelData}) {
      EXPECT_TRUE(dataset.tagExistsWithValue(tag)) << tag.toString();
    }
    for (const DcmTagKey& tag :
         {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate,
          DCM_StudyTime, DCM_ReferringPhysicianName, DCM_StudyID, DCM_AccessionNumber,
          DCM_SeriesNumber, DCM_PositionReferenceIndicator, DCM_Manufacturer, DCM_SliceThickness,
          DCM_InstanceNumber, DCM_KVP, DCM_AcquisitionNumber}) {
      EXPECT_TRUE(dataset.tagExists(tag)) << tag.toString();
    }
    OFString slope, intercept;
    dataset.findAndGetOFString(DCM_RescaleSlope, slope);
    dataset.findAndGetOFString(DCM_RescaleIntercept, intercept);
    EXPECT_EQ(slope, "1");
    EXPECT_EQ(intercept, "-1024");
  }
}

TEST(DicomWriter, WritesDecimalPointsWhateverTheHostsLanguage) {
  const jcs::test::InLocale here("de_DE.UTF-8");
  if (!here.there()) GTEST_SKIP() << "this machine has no locale de_DE.UTF-8";
  const CtVolume volume = phantom_volume();
  const TempDir dir;
  write_ct_series(dir / "study", volume);
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile((dir / "study/slice_0001.dcm").c_str()).good());
  OFString spacing;
  format.getDataset()->findAndGetOFStringArray(DCM_PixelSpacing, spacing);
  EXPECT_STREQ(spacing.c_str(), "8\\6.5");
  expect_same(volume, read_study(dir / "study"));
}

TEST(DicomWriter, FillsIdentifiersThatAreMissingOrGivenTwice) {
  CtVolume volume = phantom_volume();
  volume.series = {};
  for (auto& slice : volume.slices) slice.sop_instance_uid = "1.2.3";
  const TempDir dir;
  write_ct_series(dir / "a", volume);
  write_ct_series(dir / "b", volume);
  const CtVolume a = read_study(dir / "a");
  std::set<std::string> uids{a.series.study_uid, a.series.series_uid,
                             a.series.frame_of_reference_uid};
  for (const auto& slice : a.slices) uids.insert(slice.sop_instance_uid);
  EXPECT_EQ(uids.size(), 3 + volume.slice_count());
  for (const std::string& uid : uids) {
    EXPECT_TRUE(DcmUniqueIdentifier::checkStringValue(uid.c_str(), "1").good()) << uid;
    EXPECT_TRUE(uid.starts_with("2.25.")) << uid;
  }
  EXPECT_EQ(read_study(dir / "b").series.series_uid, a.series.series_uid);
}

TEST(DicomWriter, RefusesVolumesThatAreNoCt) {
  const TempDir dir;
  const auto refusal = [&](auto&& spoil) {
    CtVolume volume = phantom_volume();
    spoil(volume);
    return error_line<jcs::InputError>([&] { write_ct_series(dir / "study", volume); });
  };
  EXPECT_NE(refusal([](CtVolume& v) { v.windowed = true; }).find("grey values"), std::string::npos);
  EXPECT_NE(refusal([](CtVolume& v) { v.row_spacing_mm = 0; }).find("spacing"), std::string::npos);
  EXPECT_NE(refusal([](CtVolume& v) { v.hu.pop_back(); }).find("do not fit"), std::string::npos);
  EXPECT_NE(refusal([](CtVolume& v) { v = {}; }).find("do not fit"), std::string::npos);
  EXPECT_EQ(entries(dir.path()), 0U);
}

TEST(DicomWriter, LeavesAFolderThatIsNotEmptyAlone) {
  const TempDir dir;
  fs::create_directory(dir / "study");
  std::ofstream(dir / "study" / "precious.dcm") << "1";
  const std::string line =
      error_line<jcs::OutputError>([&] { write_ct_series(dir / "study", phantom_volume()); });
  EXPECT_NE(line.find("study"), std::string::npos) << line;
  EXPECT_EQ(entries(dir / "study"), 1U);
  EXPECT_EQ(entries(dir.path()), 1U);
}

TEST(DicomWriter, NamesAFileThatCannotBeWritten) {
  const std::string line = error_line<jcs::OutputError>(
      [] { jcs::imaging::write_ct_files("/no/such/folder", phantom_volume()); });
  EXPECT_NE(line.find("/no/such/folder/slice_"), std::string::npos) << line;
}

TEST(DicomWriter, LeavesNothingBehindWhenStopped) {
  const TempDir dir;
  std::stop_source stop;
  stop.request_stop();
  error_line<jcs::Interrupted>([&] {
    write_ct_series(dir / "study", phantom_volume(), {}, jcs::no_progress(), stop.get_token());
  });
  EXPECT_EQ(entries(dir.path()), 0U);
}

}  // namespace
