#include "jcs/report/structured_report.hpp"

#include <map>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/report/json.hpp"
#include "jcs/report/segmentation_object.hpp"

#include "report/dicom_case.hpp"
#include "support/error_line.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::diagnosis::CaseResult;
using jcs::imaging::CtVolume;
using jcs::report::write_segmentation;
using jcs::report::write_structured_report;
using jcs::test::as_dicom;
using jcs::test::placed_volume;
using jcs::test::TempDir;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kTime = "20260102030405";

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  return value.c_str();
}

std::vector<DcmItem*> items(DcmItem& item, const DcmTagKey& sequence) {
  std::vector<DcmItem*> found;
  DcmItem* next = nullptr;
  for (long i = 0; item.findAndGetSequenceItem(sequence, next, i).good(); ++i)
    found.push_back(next);
  return found;
}

std::string meaning(DcmItem& item, const DcmTagKey& sequence) {
  const auto codes = items(item, sequence);
  return codes.empty() ? "" : text(*codes.front(), DCM_CodeMeaning);
}

/// A structured report as a reader sees it: the content items by group and name.
struct Read {
  explicit Read(const fs::path& file) {
    if (format.loadFile(file.c_str()).bad()) throw std::runtime_error("cannot be read");
    for (DcmItem* item : items(*format.getDataset(), DCM_ContentSequence)) take(*item, "");
  }
  DcmDataset& data() { return *format.getDataset(); }

  void take(DcmItem& item, std::string group) {
    const std::string name = meaning(item, DCM_ConceptNameCodeSequence);
    const std::string type = text(item, DCM_ValueType);
    for (DcmItem* child : items(item, DCM_ContentSequence)) {
      if (meaning(*child, DCM_ConceptNameCodeSequence) == "Tracking Identifier") {
        group = text(*child, DCM_TextValue);
      }
    }
    if (type == "NUM") {
      DcmItem& value = *items(item, DCM_MeasuredValueSequence).front();
      numbers[group + "/" + name] = std::stod(text(value, DCM_NumericValue));
      units[group + "/" + name] =
          text(*items(value, DCM_MeasurementUnitsCodeSequence).front(), DCM_CodeValue);
    } else if (type == "CODE") {
      codes[group + "/" + name] = meaning(item, DCM_ConceptCodeSequence);
    } else if (type == "TEXT") {
      texts.push_back(text(item, DCM_TextValue));
    } else if (type == "IMAGE") {
      DcmItem& reference = *items(item, DCM_ReferencedSOPSequence).front();
      const std::string segment = text(reference, DCM_ReferencedSegmentNumber);
      images[group].push_back(text(reference, DCM_ReferencedSOPInstanceUID) +
                              (segment.empty() ? "" : "#" + segment));
    }
    for (DcmItem* child : items(item, DCM_ContentSequence)) take(*child, group);
  }

  DcmFileFormat format;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> units, codes;
  std::map<std::string, std::vector<std::string>> images;
  std::vector<std::string> texts;
};

CaseResult result_of(const CtVolume& volume) {
  return jcs::test::with_findings(jcs::test::sample_result(volume), volume);
}

TEST(StructuredReport, ItsNumbersAreThoseOfTheJson) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  write_structured_report(dir / "sr.dcm", result, volume);
  Read read(dir / "sr.dcm");
  const auto json = nlohmann::json::parse(jcs::report::result_json(result, volume));
  const auto number = [&](const std::string& name) {
    EXPECT_TRUE(read.numbers.contains(name)) << name;
    return read.numbers[name];
  };
  EXPECT_EQ(number("Series/Number of slices"), json["slices"]);
  EXPECT_EQ(number("Series/Number of positive slices"), json["positive_slices"]);
  EXPECT_EQ(number("Series/Number of positive slices above which it is positive"),
            json["threshold"]);
  EXPECT_EQ(read.codes["Series/Verdict on the series"], "Positive");
  EXPECT_DOUBLE_EQ(number("Opacities/Volume"), json["opacity_volume_ml"]);
  const auto& found = json["findings"];
  EXPECT_NEAR(number("Opacities/Share of the lung volume that is opaque"),
              100 * found["opacity_share"].get<double>(), 1e-12);
  EXPECT_EQ(number("Opacities/Volume of ground-glass opacity"), found["ground_glass_ml"]);
  EXPECT_EQ(number("Opacities/Volume of opacities outside the lungs"), found["opacity_outside_ml"]);
  EXPECT_THAT(read.codes["Opacities/Severity"], HasSubstr(found["severity"].get<std::string>()));
  EXPECT_EQ(number("Lungs/Volume"), found["lung_volume_ml"]);
  EXPECT_EQ(number("Left lung/Volume"), found["lungs"][1]["volume_ml"]);
  EXPECT_EQ(number("Opacity 1/Volume"), found["lesions"][0]["volume_ml"]);
  EXPECT_EQ(number("Opacity 1/Attenuation Coefficient"), found["lesions"][0]["mean_hu"]);
  EXPECT_EQ(number("Opacity 1/Extent along the rows"), found["lesions"][0]["extent_mm"][1]);
  EXPECT_EQ(read.codes["Opacity 1/Depth in the lung"], "Peripheral");
  EXPECT_FALSE(read.codes.contains("Opacity 2/Depth in the lung"));
  EXPECT_EQ(read.units["Opacity 1/Volume"], "ml");
  EXPECT_EQ(read.units["Opacity 1/Attenuation Coefficient"], "[hnsf'U]");
  EXPECT_EQ(read.units["Opacity 1/Extent along the rows"], "mm");
}

TEST(StructuredReport, RefersToSegmentsAndImages) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  const CaseResult result = result_of(volume);
  const auto segmentation = write_segmentation(dir / "seg.dcm", result, volume);
  ASSERT_TRUE(segmentation);
  write_structured_report(dir / "sr.dcm", result, volume, segmentation);
  Read read(dir / "sr.dcm");
  EXPECT_THAT(read.images["Opacities"], Contains(segmentation->sop_instance_uid + "#1"));
  EXPECT_THAT(read.images["Lungs"], Contains(segmentation->sop_instance_uid + "#2"));
  EXPECT_THAT(read.images["Opacity 1"],
              Contains(volume.slices[result.findings.lesions[0].largest_slice].sop_instance_uid));
  for (const auto& slice : volume.slices) {
    EXPECT_THAT(read.images[""], Contains(slice.sop_instance_uid)) << "in the library";
  }
}

TEST(StructuredReport, SaysWhatReadersMustKnow) {
  const TempDir dir;
  CtVolume source = placed_volume();
  source.series.patient_name = "\xce\x95\xce\xbb\xce\xad\xce\xbd\xce\xb7^\xce\xa9";
  const CtVolume volume = as_dicom(source, dir / "study");
  CaseResult result = result_of(volume);
  result.verdict = jcs::diagnosis::Verdict::kUndetermined;
  result.concerns = {{"head", "This seems to be a head.", true}};
  result.warnings = {"One slice is missing."};
  write_structured_report(dir / "sr.dcm", result, volume);
  Read read(dir / "sr.dcm");
  EXPECT_THAT(read.texts, Contains(HasSubstr("not a medical device")));
  EXPECT_THAT(read.texts, Contains("This seems to be a head."));
  EXPECT_THAT(read.texts, Contains("One slice is missing."));
  EXPECT_EQ(read.codes["Series/Verdict on the series"], "Indeterminate");
  EXPECT_EQ(text(read.data(), DCM_PatientName), source.series.patient_name);
  EXPECT_EQ(text(read.data(), DCM_CompletionFlag), "COMPLETE");
  EXPECT_EQ(text(read.data(), DCM_VerificationFlag), "UNVERIFIED");
}

TEST(StructuredReport, OpacitiesThatWereNotOutlinedAreLeftOut) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  CaseResult result = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  result.findings = {};
  write_structured_report(dir / "sr.dcm", result, volume);
  Read read(dir / "sr.dcm");
  EXPECT_FALSE(read.numbers.contains("Opacities/Volume"));
  EXPECT_FALSE(read.numbers.contains("Lungs/Volume"));
  EXPECT_TRUE(read.numbers.contains("Series/Number of slices"));
}

TEST(StructuredReport, IsTheSameEachTimeWhenToldTheTime) {
  const TempDir dir;
  const CtVolume volume = as_dicom(placed_volume(), dir / "study");
  CaseResult result = result_of(volume);
  const auto bytes = [&](const std::string& time) {
    write_structured_report(dir / "sr.dcm", result, volume, {}, {.content_time = time});
    return jcs::test::content_of(dir / "sr.dcm");
  };
  const std::string first = bytes(kTime);
  result.timing.push_back({"write", 0.25});
  EXPECT_EQ(bytes(kTime), first) << "whatever it took";
  EXPECT_NE(bytes(""), bytes(""));
}

TEST(StructuredReport, WorksWithoutIdentifiers) {
  const TempDir dir;
  CtVolume volume = as_dicom(placed_volume(), dir / "study");
  for (auto& slice : volume.slices) slice.sop_instance_uid.clear();
  volume.series = {};
  write_structured_report(dir / "sr.dcm", result_of(volume), volume);
  EXPECT_EQ(Read(dir / "sr.dcm").images[""].size(), volume.slice_count());
}

}  // namespace
