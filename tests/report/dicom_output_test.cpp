#include "dicom_output.hpp"

#include <chrono>
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
using testing::AllOf;
using testing::Ge;
using testing::Le;

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

/// A study whose first file names the offset, and the objects made of it.
struct Written {
  Written(const char* offset, const jcs::report::DicomOptions& options) {
    using namespace jcs;
    test::as_dicom(test::placed_volume(), dir / "study");
    for (const auto& entry : std::filesystem::directory_iterator(dir / "study")) {
      DcmFileFormat file;
      EXPECT_TRUE(file.loadFile(entry.path().c_str()).good());
      EXPECT_TRUE(file.loadAllDataIntoMemory().good());  // it is written over itself
      file.getDataset()->putAndInsertString(DCM_TimezoneOffsetFromUTC, offset);
      EXPECT_TRUE(file.saveFile(entry.path().c_str()).good());
    }
    const imaging::CtVolume volume = imaging::read_study(dir / "study");
    const auto result = test::with_findings(test::sample_result(volume), volume);
    EXPECT_TRUE(report::write_segmentation(dir / "seg.dcm", result, volume, options));
    EXPECT_TRUE(report::write_structured_report(dir / "sr.dcm", result, volume, {}, options));
    EXPECT_TRUE(segmentation.loadFile((dir / "seg.dcm").c_str()).good());
    EXPECT_TRUE(structured_report.loadFile((dir / "sr.dcm").c_str()).good());
  }

  jcs::test::TempDir dir;
  DcmFileFormat segmentation, structured_report;
};

TEST(DicomOutput, ObjectsOfAStudyWithAnOffsetAreDatedInIt) {
  const std::string before = date_and_time(std::chrono::system_clock::now(), 540min);
  Written written("+0900", {});
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
  Written written("+0900", {"20200131120000"});
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    EXPECT_EQ(jcs::test::text(*format->getDataset(), DCM_ContentDate), "20200131");
    EXPECT_EQ(jcs::test::text(*format->getDataset(), DCM_ContentTime), "120000");
  }
}

TEST(DicomOutput, AnOffsetThatIsNoneIsLeftOut) {
  Written written("UTC+9", {});
  for (DcmFileFormat* format : {&written.segmentation, &written.structured_report}) {
    EXPECT_FALSE(format->getDataset()->tagExists(DCM_TimezoneOffsetFromUTC));
  }
}

}  // namespace
