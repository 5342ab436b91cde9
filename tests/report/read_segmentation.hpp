#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "report/dicom_case.hpp"
#include "report/read_report.hpp"

namespace jcs::test {

/// A time that objects are told to be made at.
constexpr const char* kContentTime = "20260102030405";

inline DcmItem& only(DcmItem& item, const DcmTagKey& sequence, long index = 0) {
  DcmItem* found = nullptr;
  if (item.findAndGetSequenceItem(sequence, found, index).bad()) {
    throw std::runtime_error(std::string("no ") + DcmTag(sequence).getTagName());
  }
  return *found;
}

/// One frame of it.
struct SegmentationFrame {
  int segment = 0;
  std::string position, instance;
  std::string index, in_stack;  ///< Dimension Index Values, In-Stack Position Number
  std::vector<std::uint8_t> pixels;
};

/// A segmentation object as a reader sees it.
struct SegmentationFile {
  explicit SegmentationFile(const std::filesystem::path& file) {
    if (format.loadFile(file.c_str()).bad()) throw std::runtime_error("cannot be read");
    DcmDataset& data = *format.getDataset();
    const std::size_t pixels =
        std::stoul(text(data, DCM_Rows)) * std::stoul(text(data, DCM_Columns));
    const Uint8* packed = nullptr;
    unsigned long bytes = 0;
    data.findAndGetUint8Array(DCM_PixelData, packed, &bytes);
    for (std::size_t i = 0; i < std::stoul(text(data, DCM_NumberOfFrames)); ++i) {
      DcmItem& group = only(data, DCM_PerFrameFunctionalGroupsSequence, static_cast<long>(i));
      SegmentationFrame& frame = frames.emplace_back();
      frame.segment = std::stoi(
          text(only(group, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber));
      frame.position = text(only(group, DCM_PlanePositionSequence), DCM_ImagePositionPatient);
      frame.instance = text(only(only(group, DCM_DerivationImageSequence), DCM_SourceImageSequence),
                            DCM_ReferencedSOPInstanceUID);
      frame.index = text(only(group, DCM_FrameContentSequence), DCM_DimensionIndexValues);
      frame.in_stack = text(only(group, DCM_FrameContentSequence), DCM_InStackPositionNumber);
      for (std::size_t bit = i * pixels; bit < (i + 1) * pixels; ++bit) {
        if (bit / 8 >= bytes) throw std::runtime_error("too few pixels");
        frame.pixels.push_back(packed[bit / 8] >> (bit % 8) & 1);
      }
    }
  }
  DcmDataset& data() { return *format.getDataset(); }

  DcmFileFormat format;
  std::vector<SegmentationFrame> frames;
};

inline diagnosis::CaseResult result_of(const imaging::CtVolume& volume) {
  return with_findings(sample_result(volume), volume);
}

}  // namespace jcs::test
