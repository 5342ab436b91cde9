#pragma once

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmsr/dsrdoc.h>
#include <gtest/gtest.h>

namespace jcs::test {

inline std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  return value.c_str();
}

inline std::string code(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* entry = nullptr;
  return item.findAndGetSequenceItem(sequence, entry).good() ? text(*entry, DCM_CodeValue) : "";
}

inline std::vector<DcmItem*> items(DcmItem& parent, const DcmTagKey& sequence) {
  std::vector<DcmItem*> all;
  DcmItem* item = nullptr;
  for (long i = 0; parent.findAndGetSequenceItem(sequence, item, i).good(); ++i) {
    all.push_back(item);
  }
  return all;
}

inline DcmItem* child(DcmItem& parent, const std::string& concept_name) {
  for (DcmItem* item : items(parent, DCM_ContentSequence)) {
    if (code(*item, DCM_ConceptNameCodeSequence) == concept_name) return item;
  }
  return nullptr;
}

/// A group of measurements as it stands in the file.
struct ReadGroup {
  std::string template_id, finding, side, third, source, frame;
  int segment = 0;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> decimals, units, evaluations;
};

inline void read_number(DcmItem& item, const std::string& name, ReadGroup& group) {
  DcmItem* value = nullptr;
  if (item.findAndGetSequenceItem(DCM_MeasuredValueSequence, value).bad()) return;
  value->findAndGetFloat64(DCM_FloatingPointValue, group.numbers[name]);
  group.decimals[name] = text(*value, DCM_NumericValue);
  group.units[name] = code(*value, DCM_MeasurementUnitsCodeSequence);
}

inline void read_image(DcmItem& item, ReadGroup& group) {
  DcmItem* reference = nullptr;
  if (item.findAndGetSequenceItem(DCM_ReferencedSOPSequence, reference).bad()) return;
  group.source = text(*reference, DCM_ReferencedSOPInstanceUID);
  group.frame = text(*reference, DCM_ReferencedFrameNumber);
  Uint16 segment = 0;
  reference->findAndGetUint16(DCM_ReferencedSegmentNumber, segment);
  group.segment = segment;
}

inline ReadGroup read_group(DcmItem& container) {
  ReadGroup group;
  DcmItem* used = nullptr;
  if (container.findAndGetSequenceItem(DCM_ContentTemplateSequence, used).good()) {
    group.template_id = text(*used, DCM_TemplateIdentifier);
  }
  for (DcmItem* item : items(container, DCM_ContentSequence)) {
    const std::string name = code(*item, DCM_ConceptNameCodeSequence);
    const std::string type = text(*item, DCM_ValueType);
    if (type == "NUM") read_number(*item, name, group);
    if (type == "IMAGE") read_image(*item, group);
    if (name == "363698007") {
      if (DcmItem* side = child(*item, "272741003"))
        group.side = code(*side, DCM_ConceptCodeSequence);
      if (DcmItem* third = child(*item, "106233006")) {
        group.third = code(*third, DCM_ConceptCodeSequence);
      }
    } else if (name == "121071") {
      group.finding = code(*item, DCM_ConceptCodeSequence);
    } else if (type == "CODE") {
      group.evaluations[name] = code(*item, DCM_ConceptCodeSequence);
    }
  }
  return group;
}

/// A written report, read back.
struct ReadReport {
  /// @param flags what DCMTK overlooks (DSRTypes::RF_…)
  explicit ReadReport(const std::filesystem::path& file, std::size_t flags = 0) {
    EXPECT_TRUE(format.loadFile(file.c_str()).good());
    DcmDataset& dataset = *format.getDataset();
    DSRDocument document;
    const OFCondition read = document.read(dataset, flags);
    EXPECT_TRUE(read.good()) << read.text();
    if (DcmItem* all = child(dataset, "126010")) {
      for (DcmItem* item : items(*all, DCM_ContentSequence)) {
        groups[text(*child(*item, "112039"), DCM_TextValue)] = read_group(*item);
      }
    }
    if (DcmItem* all = child(dataset, "C0034375")) {
      for (DcmItem* item : items(*all, DCM_ContentSequence)) {
        texts.push_back(text(*item, DCM_TextValue));
      }
    }
    DcmItem* library = child(dataset, "111028");
    for (DcmItem* item : items(*items(*library, DCM_ContentSequence).at(0), DCM_ContentSequence)) {
      if (text(*item, DCM_ValueType) == "IMAGE") {
        ReadGroup image;
        read_image(*item, image);
        library_images.push_back(image.source);
      }
    }
  }

  std::string get(const DcmTagKey& tag) { return text(*format.getDataset(), tag); }
  std::vector<std::string> evidence() {
    std::vector<std::string> uids;
    for (DcmItem* study :
         items(*format.getDataset(), DCM_CurrentRequestedProcedureEvidenceSequence)) {
      EXPECT_EQ(text(*study, DCM_StudyInstanceUID), get(DCM_StudyInstanceUID));
      for (DcmItem* series : items(*study, DCM_ReferencedSeriesSequence)) {
        for (DcmItem* image : items(*series, DCM_ReferencedSOPSequence)) {
          uids.push_back(text(*image, DCM_ReferencedSOPInstanceUID));
        }
      }
    }
    return uids;
  }

  /// Whether a concept of this code stands anywhere in the report.
  bool names(const std::string& concept_code) {
    std::ostringstream all;
    format.getDataset()->print(all);
    return all.str().find("[" + concept_code + "]") != std::string::npos;
  }

  DcmFileFormat format;
  std::map<std::string, ReadGroup> groups;
  std::vector<std::string> texts, library_images;
};

}  // namespace jcs::test
