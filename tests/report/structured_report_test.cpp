#include "jcs/report/structured_report.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/report/options.hpp"

#include "report/dicom_case.hpp"
#include "report/read_report.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::diagnosis::CaseResult;
using jcs::diagnosis::Depth;
using jcs::diagnosis::Severity;
using jcs::diagnosis::Side;
using jcs::diagnosis::Third;
using jcs::diagnosis::Verdict;
using jcs::imaging::CtVolume;
using jcs::report::DicomOptions;
using jcs::report::write_structured_report;
using jcs::report::WrittenObject;
using jcs::test::TempDir;
using Report = jcs::test::ReadReport;
using Group = jcs::test::ReadGroup;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const DicomOptions kReportTime{"20200131120000"};
const char* const kImagePositionX = "110901";
const char* const kImageOrientationRowX = "110904";
const char* const kSpacingBetweenSlices = "112226";
const WrittenObject kSegmentation{UID_SegmentationStorage, "1.2.3.4", "1.2.3", 1, 2};

std::vector<std::string> instances(const CtVolume& volume) {
  std::vector<std::string> uids;
  for (const auto& slice : volume.slices) uids.push_back(slice.sop_instance_uid);
  return uids;
}

std::string bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A series on the disk and a result for it.
class StructuredReport : public testing::Test {
 protected:
  void SetUp() override {
    jcs::imaging::PhantomOptions options;
    options.rows = options.columns = 32;
    options.slices = 8;
    options.row_spacing_mm = options.column_spacing_mm = 12;
    options.slice_spacing_mm = 30;
    jcs::imaging::write_ct_series(dir / "study", jcs::imaging::make_phantom(options).volume);
    volume = jcs::imaging::read_study(dir / "study");
    result = found();
  }

  [[nodiscard]] CaseResult found() const {
    CaseResult made;
    made.verdict = Verdict::kPositive;
    made.threshold = 3;
    made.threshold_fraction = 0.25;
    made.positive_slices = 5;
    made.slices.resize(volume.slice_count());
    made.segmented = true;
    made.opacity_volume_ml = 100.0 / 7.0;
    made.weights = {{"classifier", "cls.safetensors", std::string(64, 'a'), "Res2Net-26"}};
    made.warnings = {"Slices are missing."};
    auto& findings = made.findings;
    findings.lungs = {{Side::kRight, 2500.25, 10.5, 0.0042}, {Side::kLeft, 2250.125, 0.0, 0.0}};
    findings.lung_volume_ml = 4750.375;
    findings.opacity_in_lungs_ml = 10.5;
    findings.opacity_share = 0.0022;
    findings.severity = Severity::kMinimal;
    findings.opacity_outside_ml = 3.75;
    findings.ground_glass_ml = 9.0;
    findings.consolidation_ml = 5.25;
    findings.smaller_lesions = 2;
    findings.smaller_lesions_ml = 0.0625;
    jcs::diagnosis::Lesion lesion;
    lesion.number = 1;
    lesion.volume_ml = 10.0 / 3.0;
    lesion.extent_mm = {24.5, 36, 60};
    lesion.mean_hu = -512.123456789012345;
    lesion.ground_glass_ml = 2.5;
    lesion.consolidation_ml = 0.75;
    lesion.largest_slice = 4;
    lesion.side = Side::kRight;
    lesion.share_of_lung = 0.00125;
    lesion.third = Third::kLower;
    lesion.depth = Depth::kPeripheral;
    findings.lesions = {lesion, lesion};
    findings.lesions[1].number = 2;
    findings.lesions[1].side.reset();
    findings.lesions[1].share_of_lung.reset();
    findings.lesions[1].third.reset();
    findings.lesions[1].depth.reset();
    return made;
  }

  Report written(const std::optional<WrittenObject>& segmentation = {}) {
    EXPECT_TRUE(
        write_structured_report(dir / "report.dcm", result, volume, segmentation, kReportTime));
    return Report(dir / "report.dcm");
  }

  TempDir dir;
  CtVolume volume;
  CaseResult result;
};

TEST_F(StructuredReport, HoldsTheNumbersOfTheResult) {
  Report report = written(kSegmentation);
  const Group& series = report.groups.at("Series");
  EXPECT_EQ(series.evaluations.at("verdict"), "10828004");
  EXPECT_EQ(series.numbers.at("slices"), 8);
  EXPECT_EQ(series.numbers.at("positive_slices"), 5);
  EXPECT_EQ(series.numbers.at("threshold"), 3);
  EXPECT_EQ(series.numbers.at("threshold_share"), 25);
  EXPECT_EQ(series.units.at("threshold_share"), "%");

  const Group& all = report.groups.at("Opacities");
  EXPECT_EQ(all.numbers.at("118565006"), *result.opacity_volume_ml);
  EXPECT_EQ(all.decimals.at("118565006"), "14.2857142857143");
  EXPECT_EQ(all.units.at("118565006"), "ml");
  EXPECT_EQ(all.numbers.at("opacity_share"), 100.0 * 0.0022);
  EXPECT_EQ(all.numbers.at("opacity_in_lungs"), 10.5);
  EXPECT_EQ(all.numbers.at("opacity_outside"), 3.75);
  EXPECT_EQ(all.numbers.at("ground_glass"), 9.0);
  EXPECT_EQ(all.numbers.at("consolidation"), 5.25);
  EXPECT_EQ(all.numbers.at("lesions"), 2);
  EXPECT_EQ(all.numbers.at("smaller_lesions"), 2);
  EXPECT_EQ(all.numbers.at("smaller_volume"), 0.0625);
  EXPECT_EQ(all.evaluations.at("246112005"), "opaque_1_25");

  EXPECT_EQ(report.groups.at("Lungs").numbers.at("118565006"), 4750.375);
  const Group& left = report.groups.at("Left lung");
  EXPECT_EQ(left.side, "7771000");
  EXPECT_EQ(left.numbers.at("118565006"), 2250.125);
  EXPECT_EQ(left.numbers.at("opacity_in_lungs"), 0.0);
  EXPECT_EQ(report.groups.at("Right lung").numbers.at("opacity_share"), 100.0 * 0.0042);
}

TEST_F(StructuredReport, DescribesEachOpacity) {
  Report report = written();
  const Group& first = report.groups.at("Opacity 1");
  EXPECT_EQ(first.finding, "112001");
  EXPECT_EQ(first.side, "24028007");
  EXPECT_EQ(first.third, "lower_third");
  EXPECT_EQ(first.evaluations.at("depth"), "14414005");
  EXPECT_EQ(first.numbers.at("118565006"), result.findings.lesions[0].volume_ml);
  EXPECT_EQ(first.numbers.at("112031"), result.findings.lesions[0].mean_hu);
  EXPECT_EQ(first.units.at("112031"), "[hnsf'U]");
  EXPECT_EQ(first.numbers.at("share_of_lung"), 0.125);
  EXPECT_EQ(first.numbers.at("extent_columns"), 24.5);
  EXPECT_EQ(first.numbers.at("extent_rows"), 36);
  EXPECT_EQ(first.numbers.at("extent_slices"), 60);
  EXPECT_EQ(first.units.at("extent_slices"), "mm");
  EXPECT_EQ(first.source, volume.slices[4].sop_instance_uid);
  const Group& second = report.groups.at("Opacity 2");
  EXPECT_EQ(second.side, "");
  EXPECT_EQ(second.numbers.count("share_of_lung"), 0U);
  EXPECT_THAT(second.evaluations, IsEmpty());
  for (const auto& [name, group] : report.groups) {
    for (const auto& [quantity, decimal] : group.decimals) {
      EXPECT_LE(decimal.size(), 16U) << name << " " << quantity;
      EXPECT_NEAR(std::stod(decimal), group.numbers.at(quantity), 1e-9) << name << " " << quantity;
    }
  }
}

TEST_F(StructuredReport, RefersToSegmentsWhereThereAreSome) {
  Report report = written(kSegmentation);
  EXPECT_EQ(report.groups.at("Opacities").template_id, "1411");
  EXPECT_EQ(report.groups.at("Opacities").segment, 1);
  EXPECT_EQ(report.groups.at("Opacities").source, kSegmentation.sop_instance_uid);
  EXPECT_EQ(report.groups.at("Lungs").segment, 2);
  EXPECT_THAT(report.evidence(), Contains(kSegmentation.sop_instance_uid));

  WrittenObject lungs_alone = kSegmentation;
  lungs_alone.opacity_segment.reset();
  Report partly = written(lungs_alone);
  EXPECT_EQ(partly.groups.at("Opacities").template_id, "1501");
  EXPECT_EQ(partly.groups.at("Opacities").numbers, report.groups.at("Opacities").numbers);
  EXPECT_EQ(partly.groups.at("Lungs").segment, 2);
}

TEST_F(StructuredReport, ListsTheImagesItRestsOn) {
  Report report = written();
  std::vector<std::string> evidence = report.evidence();
  EXPECT_THAT(evidence, testing::UnorderedElementsAreArray(instances(volume)));
  EXPECT_EQ(report.library_images, instances(volume));
}

TEST_F(StructuredReport, SaysInWordsWhatReadersMustKnow) {
  result.concerns = {{"few_slices", "The series has 8 slices.", false}};
  result.findings.no_lungs = "Nothing looks like a lung.";
  Report report = written();
  EXPECT_THAT(report.texts, Contains(jcs::report::kResearchNotice));
  EXPECT_THAT(report.texts, Contains("The series has 8 slices."));
  EXPECT_THAT(report.texts, Contains("Nothing looks like a lung."));
  EXPECT_THAT(report.texts, Contains("Slices are missing."));
  EXPECT_THAT(report.texts, Contains(HasSubstr(std::string(64, 'a'))));
}

TEST_F(StructuredReport, AConcernIsNoWarningBesides) {
  result.concerns = {{"few_slices", "The series has 8 slices.", false}};
  result.warnings = {"Slices are missing.", "The series has 8 slices."};
  const Report report = written();
  EXPECT_EQ(std::ranges::count(report.texts, "The series has 8 slices."), 1);
  EXPECT_EQ(std::ranges::count(report.texts, "Slices are missing."), 1);
}

TEST_F(StructuredReport, WarningsNameNoFilesAndNoOtherPatients) {
  result.warnings = {
      "1 file(s) could not be read, the first: /data/in/OTHER_PATIENT/IM3: the end is missing.",
      "The folder holds CT of 2 patients; read was patient 'OTHER_PATIENT'.",
      "19.4 mm (OTHER_PATIENT/IM5.dcm) is missing."};
  const Report report = written();
  EXPECT_THAT(report.texts, Contains("1 file(s) could not be read, \u2026"));
  EXPECT_THAT(report.texts, Contains("19.4 mm\u2026 is missing."));
  for (const std::string& text : report.texts) {
    EXPECT_THAT(text, Not(AnyOf(HasSubstr("OTHER"), HasSubstr("/data"), HasSubstr("IM"))));
  }
}

TEST_F(StructuredReport, HostileTextsStayTexts) {
  result.warnings = {"broken \xFF\xC3 byte\nsecond \x1B[31m line\\with backslash", "  ",
                     std::string(20000, 'x'), "\xE7\xA9\xBA \xC3\x84"};
  Report report = written();
  EXPECT_THAT(report.texts, Contains(HasSubstr("with backslash")));
  EXPECT_THAT(report.texts, Contains("\xE7\xA9\xBA \xC3\x84"));
  EXPECT_THAT(report.texts, Contains(testing::SizeIs(20000)));
  EXPECT_EQ(report.get(DCM_SpecificCharacterSet), "ISO_IR 192");
}

TEST_F(StructuredReport, WhatIsNotKnownIsLeftOut) {
  result = jcs::test::without_segmentation(result);
  result.verdict = Verdict::kUndetermined;
  result.threshold_fraction.reset();
  result.findings = {};
  Report report = written();
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups.at("Series").evaluations.at("verdict"), "82334004");
  EXPECT_EQ(report.groups.at("Series").numbers.count("threshold_share"), 0U);
  result.verdict = Verdict::kNegative;
  EXPECT_EQ(written().groups.at("Series").evaluations.at("verdict"), "260385009");
}

TEST_F(StructuredReport, LiesInTheStudyOfTheImages) {
  Report report = written();
  EXPECT_EQ(report.get(DCM_StudyInstanceUID), volume.series.study_uid);
  EXPECT_EQ(report.get(DCM_PatientID), volume.series.patient_id);
  EXPECT_EQ(report.get(DCM_PatientName), volume.series.patient_name);
  EXPECT_NE(report.get(DCM_SeriesInstanceUID), volume.series.series_uid);
  EXPECT_EQ(report.get(DCM_Modality), "SR");
  EXPECT_EQ(report.get(DCM_ContentDate), "20200131");
  EXPECT_EQ(report.get(DCM_ContentTime), "120000");
  EXPECT_EQ(report.get(DCM_CompletionFlag), "COMPLETE");
  EXPECT_EQ(report.get(DCM_VerificationFlag), "UNVERIFIED");
}

TEST_F(StructuredReport, ErasedIdentifiersAreReplaced) {
  for (auto& slice : volume.slices) slice.sop_instance_uid.clear();
  volume.series.study_uid = volume.series.series_uid = volume.series.frame_of_reference_uid = "";
  Report report = written();
  EXPECT_NE(report.get(DCM_StudyInstanceUID), "");
  const std::vector<std::string> evidence = report.evidence();
  EXPECT_EQ(std::set<std::string>(evidence.begin(), evidence.end()).size(), volume.slice_count());
  EXPECT_THAT(evidence, Contains(report.groups.at("Opacity 1").source));
}

TEST_F(StructuredReport, IdentifiersWithLeadingZerosStay) {
  volume = jcs::test::with_zeros(dir / "study");
  write_structured_report(dir / "report.dcm", result, volume, kSegmentation, kReportTime);
  Report report(dir / "report.dcm", DSRTypes::RF_acceptInvalidContentItemValue);
  EXPECT_EQ(report.get(DCM_StudyInstanceUID), jcs::test::kZerosStudy);
  EXPECT_EQ(report.library_images, instances(volume));
  std::vector<std::string> evidence = instances(volume);
  EXPECT_EQ(evidence[4], jcs::test::zeros_instance(4));
  evidence.push_back(kSegmentation.sop_instance_uid);
  EXPECT_THAT(report.evidence(), testing::UnorderedElementsAreArray(evidence));
  EXPECT_EQ(report.groups.at("Opacity 1").source, jcs::test::zeros_instance(4));
  EXPECT_EQ(report.groups.at("Opacities").template_id, "1411");
  EXPECT_TRUE(report.names(jcs::test::kZerosSeries));
  EXPECT_TRUE(report.names(jcs::test::kZerosFrame));
}

TEST_F(StructuredReport, FramesOfOneFileAreOneImage) {
  for (std::size_t i = 0; i < volume.slice_count(); ++i) {
    volume.slices[i].file = "enhanced.dcm";
    volume.slices[i].sop_class_uid = UID_EnhancedCTImageStorage;
    volume.slices[i].sop_instance_uid = "1.2.3.9";
    volume.slices[i].frame = static_cast<int>(i);
  }
  Report report = written();
  EXPECT_THAT(report.library_images, ElementsAre("1.2.3.9"));
  EXPECT_THAT(report.evidence(), ElementsAre("1.2.3.9"));
  EXPECT_EQ(report.groups.at("Opacity 1").source, "1.2.3.9");
  EXPECT_EQ(report.groups.at("Opacity 1").frame, "5");
}

TEST_F(StructuredReport, FilesWhoseFramesInterleaveAreNamedOnceAndHaveNoPosition) {
  // The class of images with one frame too: files break that rule.
  for (const char* sop_class : {UID_EnhancedCTImageStorage, UID_CTImageStorage}) {
    for (std::size_t i = 0; i < volume.slice_count(); ++i) {
      volume.slices[i].file = i % 2 == 0 ? "even.dcm" : "odd.dcm";
      volume.slices[i].sop_class_uid = sop_class;
      volume.slices[i].sop_instance_uid = i % 2 == 0 ? "1.2.3.8" : "1.2.3.9";
      volume.slices[i].frame = static_cast<int>(i / 2);
    }
    Report report = written();
    EXPECT_THAT(report.library_images, ElementsAre("1.2.3.8", "1.2.3.9"));
    EXPECT_FALSE(report.names(kImagePositionX));
    EXPECT_TRUE(report.names(kImageOrientationRowX));
  }
}

TEST_F(StructuredReport, ImagesWithoutKnownPositionsAreGivenNone) {
  EXPECT_TRUE(written().names(kImagePositionX));
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    volume.slices[k].position = {};
    volume.slices[k].location_mm = 30.0 * static_cast<double>(k);
  }
  Report report = written();
  EXPECT_FALSE(report.names(kImagePositionX));
  EXPECT_TRUE(report.names(kImageOrientationRowX));
  EXPECT_EQ(report.library_images, instances(volume));
  for (auto& slice : volume.slices) slice.oriented = false;
  EXPECT_FALSE(written().names(kImageOrientationRowX));
}

TEST_F(StructuredReport, UnevenSlicesHaveNoDistanceInCommon) {
  EXPECT_TRUE(written().names(kSpacingBetweenSlices));
  volume.slices.back().location_mm += 20;
  volume.slices.back().position[2] += 20;
  EXPECT_FALSE(written().names(kSpacingBetweenSlices));
}

TEST_F(StructuredReport, FollowsFromContentAndTime) {
  const auto make = [&](const char* name, const DicomOptions& options) {
    return write_structured_report(dir / name, result, volume, {}, options)->sop_instance_uid;
  };
  const std::string uid = make("a.dcm", kReportTime);
  EXPECT_EQ(make("b.dcm", kReportTime), uid);
  EXPECT_EQ(bytes(dir / "a.dcm"), bytes(dir / "b.dcm"));
  EXPECT_NE(make("c.dcm", {"20200131120001"}), uid);
  EXPECT_NE(make("d.dcm", {}), make("e.dcm", {}));
  *result.findings.lesions[0].mean_hu += 1e-9;
  EXPECT_NE(make("f.dcm", kReportTime), uid);
  EXPECT_THROW(make("g.dcm", {"yesterday"}), jcs::UsageError);
}

TEST_F(StructuredReport, IsAnotherObjectWhereItsSourcesAreOthers) {
  const auto uid = [&] {
    return write_structured_report(dir / "report.dcm", result, volume, {}, kReportTime)
        ->sop_instance_uid;
  };
  std::set<std::string> uids = {uid(), uid()};
  EXPECT_EQ(uids.size(), 1U);
  volume.column_spacing_mm += 0.5;
  EXPECT_TRUE(uids.insert(uid()).second);
  volume.slices[5].position[0] += 0.5;
  EXPECT_TRUE(uids.insert(uid()).second);
  volume.slices[5].sop_instance_uid = "1.2.3.99";
  EXPECT_TRUE(uids.insert(uid()).second);
  volume.series.frame_of_reference_uid = "1.2.3.98";
  EXPECT_TRUE(uids.insert(uid()).second);
  result.findings.no_lungs = "Nothing looks like a lung.";
  EXPECT_TRUE(uids.insert(uid()).second);
  volume = jcs::imaging::read_study(dir / "study");
  EXPECT_TRUE(uids.insert(uid()).second);
  for (const DcmTagKey& tag : {DCM_PatientID, DCM_PatientName, DCM_AccessionNumber}) {
    volume = jcs::test::edited(dir / "study", [&](DcmFileFormat& file, int) {
      file.getDataset()->putAndInsertString(tag, "CORRECTED");
    });
    EXPECT_TRUE(uids.insert(uid()).second) << DcmTag(tag).getTagName();
  }
}

TEST_F(StructuredReport, ThereIsNoneWithoutDicom) {
  EXPECT_FALSE(write_structured_report(dir / "report.dcm", result,
                                       jcs::test::as_pictures(jcs::test::sample_volume()), {}));
  EXPECT_FALSE(fs::exists(dir / "report.dcm"));
}

TEST_F(StructuredReport, AFileThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>([&] {
                write_structured_report(dir / "missing/report.dcm", result, volume, {},
                                        kReportTime);
              }),
              HasSubstr("missing/report.dcm"));
}

}  // namespace
