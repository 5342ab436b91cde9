#include "dicom_output.hpp"

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/report/segmentation_object.hpp"
#include "jcs/report/structured_report.hpp"

#include "report/dicom_case.hpp"
#include "report/read_report.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace std::chrono_literals;
using jcs::report::date_and_time;
using jcs::report::utc_offset;
using jcs::test::as_dicom;
using jcs::test::edited;
using jcs::test::placed_volume;
using jcs::test::TempDir;
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;

TEST(DicomOutput, OffsetsFromUtcAreReadAsDicomWritesThem) {
  EXPECT_EQ(utc_offset("+0900"), 540min);
  EXPECT_EQ(utc_offset("-0330"), -210min);
  EXPECT_EQ(utc_offset("+0000"), 0min);
  EXPECT_EQ(utc_offset("+1400"), 840min);
  for (const char* none : {"", "0900", "+9:00", "+09", "+09000", "+1401", "-1201", "+0060", "-0000",
                           "UTC+9", "+0900\\+0100"}) {
    EXPECT_FALSE(utc_offset(none)) << none;
  }
}

TEST(DicomOutput, TimesStandInTheZoneOfTheStudy) {
  const std::chrono::system_clock::time_point noon{1580472000s};  // 2020-01-31, 12 h UTC
  EXPECT_EQ(date_and_time(noon, 0min), "20200131120000");
  EXPECT_EQ(date_and_time(noon, utc_offset("+0900")), "20200131210000");
  EXPECT_EQ(date_and_time(noon, utc_offset("-0330")), "20200131083000");
  EXPECT_EQ(date_and_time(noon + 4h, utc_offset("+0900")), "20200201010000");
  EXPECT_EQ(date_and_time(noon - 10h, utc_offset("-0330")), "20200130223000");
}

/// Both objects that are made of a study.
struct Objects {
  Objects(const jcs::imaging::CtVolume& volume, const jcs::report::DicomOptions& options) {
    using namespace jcs;
    const TempDir dir;
    const auto result = test::with_findings(test::sample_result(volume), volume);
    EXPECT_TRUE(report::write_segmentation(dir / "seg.dcm", result, volume, options));
    EXPECT_TRUE(report::write_structured_report(dir / "sr.dcm", result, volume, {}, options));
    EXPECT_TRUE(segmentation.loadFile((dir / "seg.dcm").c_str()).good());
    EXPECT_TRUE(segmentation.loadAllDataIntoMemory().good());  // the file goes
    EXPECT_TRUE(structured_report.loadFile((dir / "sr.dcm").c_str()).good());
    EXPECT_TRUE(structured_report.loadAllDataIntoMemory().good());
  }

  DcmFileFormat segmentation, structured_report;
};

/// The objects of a study whose files name the offset.
Objects objects_of(const char* offset, const jcs::report::DicomOptions& options) {
  const TempDir dir;
  as_dicom(placed_volume(), dir / "study");
  const auto volume = edited(dir / "study", [&](DcmFileFormat& file, int) {
    file.getDataset()->putAndInsertString(DCM_TimezoneOffsetFromUTC, offset);
  });
  return {volume, options};
}

TEST(DicomOutput, ObjectsOfAStudyWithAnOffsetAreDatedInIt) {
  const std::string before = date_and_time(std::chrono::system_clock::now(), 540min);
  Objects written = objects_of("+0900", {});
  const std::string after = date_and_time(std::chrono::system_clock::now(), 540min);
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    DcmItem& object = *format->getDataset();
    EXPECT_EQ(jcs::test::text(object, DCM_TimezoneOffsetFromUTC), "+0900");
    const std::string content =
        jcs::test::text(object, DCM_ContentDate) + jcs::test::text(object, DCM_ContentTime);
    EXPECT_THAT(content, AllOf(Ge(before), Le(after)));
    EXPECT_EQ(jcs::test::text(object, DCM_SeriesDate) + jcs::test::text(object, DCM_SeriesTime),
              content);
    EXPECT_EQ(jcs::test::text(object, DCM_InstanceCreationDate) +
                  jcs::test::text(object, DCM_InstanceCreationTime),
              content);
  }
}

TEST(DicomOutput, ATimeThatIsGivenStaysAsItIs) {
  Objects written = objects_of("+0900", {"20200131120000"});
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    EXPECT_EQ(jcs::test::text(*format->getDataset(), DCM_ContentDate), "20200131");
    EXPECT_EQ(jcs::test::text(*format->getDataset(), DCM_ContentTime), "120000");
  }
}

TEST(DicomOutput, AnOffsetThatIsNoneIsLeftOut) {
  Objects written = objects_of("UTC+9", {});
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    EXPECT_FALSE(format->getDataset()->tagExists(DCM_TimezoneOffsetFromUTC));
  }
}

/// A file as another patient's study would have it under the same name.
void replace_by_another_patients(const std::filesystem::path& file) {
  const TempDir dir;
  jcs::imaging::CtVolume other = placed_volume();
  other.series.patient_id = "P-18";
  other.series.patient_name = "ROE^RICHARD";
  other.series.accession_number = "ACC-ROE";
  other.series.study_description = "Thorax Roe";
  for (auto& slice : other.slices) slice.sop_instance_uid += ".18";
  as_dicom(other, dir / "other");
  other = edited(dir / "other", [](DcmFileFormat& format, int) {
    format.getDataset()->putAndInsertString(DCM_PatientBirthDate, "19180118");
    format.getDataset()->putAndInsertString(DCM_StudyID, "STUDY-ROE");
    format.getDataset()->putAndInsertString(DCM_TimezoneOffsetFromUTC, "+0900");
  });
  std::filesystem::copy_file(other.slices.front().file, file,
                             std::filesystem::copy_options::overwrite_existing);
}

/// That both are of the patient who was read.
void expect_identity(Objects& written, const std::string& birth_date) {
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    DcmItem& object = *format->getDataset();
    EXPECT_EQ(jcs::test::text(object, DCM_PatientID), "P-17");
    EXPECT_EQ(jcs::test::text(object, DCM_PatientName), "DOE^JANE");
    EXPECT_EQ(jcs::test::text(object, DCM_PatientBirthDate), birth_date);
    EXPECT_EQ(jcs::test::text(object, DCM_AccessionNumber), "ACC-DOE");
    EXPECT_FALSE(object.tagExists(DCM_TimezoneOffsetFromUTC));
    std::ostringstream all;
    object.print(all);
    EXPECT_THAT(all.str(), Not(AnyOf(HasSubstr("ROE"), HasSubstr("Roe"), HasSubstr("P-18"))));
  }
}

TEST(DicomOutput, ObjectsBelongToThePatientWhoWasReadWhateverTheFileHoldsByNow) {
  const TempDir dir;
  jcs::imaging::CtVolume source = placed_volume();
  source.series.accession_number = "ACC-DOE";
  as_dicom(source, dir / "study");
  const jcs::imaging::CtVolume volume = edited(dir / "study", [](DcmFileFormat& file, int) {
    file.getDataset()->putAndInsertString(DCM_PatientBirthDate, "19750101");
  });
  const std::filesystem::path first = volume.slices.front().file;
  Objects before(volume, {});
  expect_identity(before, "19750101");
  EXPECT_THAT(jcs::report::dicom_warnings(volume), IsEmpty());

  // The same identifiers of study and image, but of another patient.
  edited(dir / "study", [](DcmFileFormat& file, int) {
    file.getDataset()->putAndInsertString(DCM_PatientID, "P-18");
    file.getDataset()->putAndInsertString(DCM_PatientName, "ROE^RICHARD");
  });
  Objects relabelled(volume, {});
  expect_identity(relabelled, "");
  EXPECT_THAT(jcs::report::dicom_warnings(volume), ElementsAre(HasSubstr("another image now")));

  replace_by_another_patients(first);
  Objects replaced(volume, {});
  expect_identity(replaced, "");
  EXPECT_THAT(jcs::report::dicom_warnings(volume), ElementsAre(HasSubstr("another image now")));

  std::filesystem::remove(first);
  Objects gone(volume, {});
  expect_identity(gone, "");
  EXPECT_THAT(jcs::report::dicom_warnings(volume), ElementsAre(HasSubstr("is gone")));
}

}  // namespace
