// Files that are damaged, lie about their pixels or are no DICOM pictures.

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/file_bytes.hpp"
#include "imaging/frame_expectations.hpp"
#include "imaging/jpeg2000_slice.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::read_dicom_frame;
using jcs::test::content_of;
using jcs::test::expected_hu;
using jcs::test::frame_refusal;
using jcs::test::overwrite;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using jcs::test::write_jpeg2000;
using testing::HasSubstr;

TEST(DicomDamage, ACodestreamThatBreaksOffIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 64;
  for (unsigned i = 0; i < 64 * 64; ++i) {
    slice.stored.push_back(static_cast<std::uint16_t>((i * 2654435761U) >> 20U));
  }
  write_jpeg2000(slice, dir / "whole.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "whole.dcm").values, expected_hu(slice));
  // Drop the last kilobyte of the fragment, leaving the file itself well-formed.
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile((dir / "whole.dcm").c_str()).good());
  DcmElement* element = nullptr;
  DcmPixelSequence* sequence = nullptr;
  DcmPixelItem* fragment = nullptr;
  Uint8* bytes = nullptr;
  ASSERT_TRUE(format.getDataset()->findAndGetElement(DCM_PixelData, element).good());
  dynamic_cast<DcmPixelData&>(*element).getEncapsulatedRepresentation(EXS_JPEG2000LosslessOnly,
                                                                      nullptr, sequence);
  ASSERT_TRUE(sequence->getItem(fragment, 1).good());
  ASSERT_TRUE(fragment->getUint8Array(bytes).good());
  const std::string half(reinterpret_cast<const char*>(bytes), fragment->getLength() - 1024);
  fragment->putUint8Array(reinterpret_cast<const Uint8*>(half.data()), half.size());
  ASSERT_TRUE(format.saveFile((dir / "half.dcm").c_str(), EXS_JPEG2000LosslessOnly).good());
  EXPECT_THAT(frame_refusal(dir / "half.dcm"),
              HasSubstr("half.dcm: the JPEG 2000 codestream breaks off"));
}

TEST(DicomDamage, TruncatedPixelDataIsRefusedWithBothSizes) {
  const TempDir dir;
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit}) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 16;
    slice.syntax = syntax;
    slice.write(dir / "cut.dcm");
    const std::string whole = content_of(dir / "cut.dcm");
    overwrite(dir / "cut.dcm", whole.substr(0, whole.size() - 100));
    const std::string line = frame_refusal(dir / "cut.dcm");
    EXPECT_THAT(line, HasSubstr("expected 512 bytes, got 412")) << DcmXfer(syntax).getXferName();
  }
  SyntheticSlice slice;
  slice.stored.assign(5, 1);
  slice.write(dir / "short.dcm");
  EXPECT_THAT(frame_refusal(dir / "short.dcm"), HasSubstr("expected 24 bytes, got 10"));
}

/// The bytes of the file's last fragment.
void edit_codestream(const std::filesystem::path& file,
                     const std::function<void(std::string&)>& edit) {
  std::string content = content_of(file);
  const std::size_t item = content.rfind(std::string("\xFE\xFF\x00\xE0", 4)) + 8;
  const std::size_t end = content.rfind(std::string("\xFE\xFF\xDD\xE0", 4));
  std::string stream = content.substr(item, end - item);
  edit(stream);
  ASSERT_EQ(stream.size(), end - item);
  overwrite(file, content.replace(item, stream.size(), stream));
}

TEST(DicomDamage, MillionsOfValuesInOneAttributeTakeNoTime) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.image_type = "ORIGINAL\\PRIMARY\\AXIAL" + std::string(1'000'000, '\\');
  slice.edit = [&](DcmDataset& data) {
    // Of a VR whose length has four bytes.
    data.findAndDeleteElement(DCM_ImageType);
    auto* element = new DcmUnlimitedText(DcmTag(DCM_ImageType, EVR_UT));
    element->putString(slice.image_type.c_str());
    data.insert(element);
    auto* description = new DcmUnlimitedText(DcmTag(DCM_SeriesDescription, EVR_UT));
    description->putString(std::string(1'000'000, '\\').c_str());
    data.insert(description);
  };
  slice.write(dir / "slice.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "slice.dcm").values, expected_hu(slice));
  EXPECT_EQ(jcs::imaging::list_series(dir.path()).size(), 1U);
}

TEST(DicomDamage, MillionsOfCharacterSetsTakeNoTime) {
  const TempDir dir;
  SyntheticSlice slice;
  // Fewer than are looked at, and more.
  for (const int count : {1'000'000, 20'000'000}) {
    slice.edit = [&](DcmDataset& data) {
      data.putAndInsertString(DCM_PatientName, "M\xFCller");
      auto* sets = new DcmUnlimitedCharacters(DcmTag(DCM_SpecificCharacterSet, EVR_UC));
      sets->putString(std::string(static_cast<std::size_t>(count), '\\').c_str());
      data.insert(sets, OFTrue);
    };
    slice.write(dir / "slice.dcm");
    EXPECT_EQ(jcs::imaging::read_study(dir.path()).series.patient_name, "M?ller");
  }
}

TEST(DicomDamage, ASequenceInPlaceOfANumberIsNoNumber) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) {
    auto* sequence = new DcmSequenceOfItems(DcmTag(DCM_SliceThickness, EVR_SQ));
    auto* item = new DcmItem();
    item->putAndInsertString(DCM_KVP, "120");
    sequence->append(item);
    data.insert(sequence, OFTrue);
  };
  slice.write(dir / "slice.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "slice.dcm").values, expected_hu(slice));
  EXPECT_EQ(jcs::imaging::list_series(dir.path()).size(), 1U);
}

TEST(DicomDamage, AFrameInVeryManyFragmentsIsReadOnce) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 64;
  slice.stored.assign(64 * 64, 1000);
  const auto file = dir / "slice.dcm";
  write_jpeg2000(slice, file);
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file.c_str()).good());
  DcmElement* element = nullptr;
  DcmPixelSequence* sequence = nullptr;
  ASSERT_TRUE(format.getDataset()->findAndGetElement(DCM_PixelData, element).good());
  dynamic_cast<DcmPixelData&>(*element).getEncapsulatedRepresentation(EXS_JPEG2000LosslessOnly,
                                                                      nullptr, sequence);
  ASSERT_NE(sequence, nullptr);
  for (int i = 0; i < 300'000; ++i) {
    sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_pixelItem)));
  }
  ASSERT_TRUE(format.saveFile(file.c_str(), EXS_JPEG2000LosslessOnly).good());
  EXPECT_EQ(read_dicom_frame(file).values, expected_hu(slice));
}

TEST(DicomDamage, ATextThatClaimsGigabytesIsNotReadAndTakesNoMemory) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) {
    auto* description = new DcmUnlimitedText(DcmTag(DCM_SeriesDescription, EVR_UT));
    description->putString(std::string(10'000, 'x').c_str());
    data.insert(description, OFTrue);
  };
  slice.write(dir / "slice.dcm");
  std::string content = content_of(dir / "slice.dcm");
  const std::size_t length = content.find(std::string("UT\x00\x00", 4));
  ASSERT_NE(length, std::string::npos);
  content.replace(length + 4, 4, "\xFE\xFF\xFF\x7F", 4);
  overwrite(dir / "slice.dcm", content);
  EXPECT_THAT(frame_refusal(dir / "slice.dcm"),
              HasSubstr("slice.dcm: the file ends before its pixel data"));
  EXPECT_EQ(jcs::imaging::list_series(dir.path()).at(0).description, "");
}

TEST(DicomDamage, RunsOfRleThatLeaveTheirSegmentAreRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 16;
  slice.syntax = EXS_RLELossless;
  slice.write(dir / "rle.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "rle.dcm").values, expected_hu(slice));
  // The last run but one says that 128 bytes follow.
  edit_codestream(dir / "rle.dcm", [](std::string& stream) {
    for (std::size_t i = stream.size() - 20; i < stream.size(); ++i) stream[i] = '\x7F';
  });
  EXPECT_THAT(
      frame_refusal(dir / "rle.dcm"),
      HasSubstr("the compressed pixel data is incomplete (got RLE segment 2 ends too early"));
  slice.write(dir / "rle.dcm");
  edit_codestream(dir / "rle.dcm", [](std::string& stream) { stream[0] = 9; });
  EXPECT_THAT(frame_refusal(dir / "rle.dcm"), HasSubstr("9 RLE segments for pixels of 16 bits"));
}

TEST(DicomDamage, AJpegWithoutBeginningOrWithEmptySegmentsIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 16;
  slice.syntax = EXS_JPEGProcess14SV1;
  for (const auto& edit : std::initializer_list<std::function<void(std::string&)>>{
           [](std::string& stream) { std::fill_n(stream.begin(), 70, '\xFF'); },
           [](std::string& stream) { stream[4] = stream[5] = 0; }}) {
    slice.write(dir / "jpeg.dcm");
    edit_codestream(dir / "jpeg.dcm", edit);
    EXPECT_THAT(frame_refusal(dir / "jpeg.dcm"), HasSubstr("no JPEG frame header"));
  }
}

TEST(DicomDamage, WhateverFillsAFragmentUpToEvenLengthIsNoDamage) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.syntax = EXS_JPEGLSLossless;
  int tried = 0;
  for (int tag = 0; tag < 50 && tried < 3; ++tag) {
    slice.tag = 37 * tag;
    slice.write(dir / "odd.dcm");
    std::string content = content_of(dir / "odd.dcm");
    const std::size_t end = content.rfind("\xFF\xD9");
    ASSERT_NE(end, std::string::npos);
    const std::string after = content.substr(end + 2);
    // Behind the fragment stands the delimiter of the sequence, 8 bytes.
    if (after.size() != 9) continue;
    ++tried;
    content[end + 2] = '\x5A';
    overwrite(dir / "odd.dcm", content);
    EXPECT_EQ(read_dicom_frame(dir / "odd.dcm").values, expected_hu(slice));
  }
  EXPECT_GT(tried, 0);
}

TEST(DicomDamage, TruncatedCompressedDataIsRefused) {
  const TempDir dir;
  for (const E_TransferSyntax syntax : {EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless,
                                        EXS_DeflatedLittleEndianExplicit}) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 64;
    for (unsigned i = 0; i < 64 * 64; ++i) {
      slice.stored.push_back(static_cast<std::uint16_t>((i * 2654435761U) >> 20U));
    }
    slice.syntax = syntax;
    slice.write(dir / "cut.dcm");
    const std::string whole = content_of(dir / "cut.dcm");
    overwrite(dir / "cut.dcm", whole.substr(0, whole.size() * 3 / 4));
    EXPECT_THAT(frame_refusal(dir / "cut.dcm"), HasSubstr("cut.dcm"))
        << DcmXfer(syntax).getXferName();
  }
}

TEST(DicomDamage, AHeaderThatDisagreesWithTheCodestreamIsRefused) {
  const TempDir dir;
  for (const E_TransferSyntax syntax :
       {EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless, EXS_LittleEndianExplicit}) {
    for (const int rows : {40000, 5}) {
      SyntheticSlice slice;
      slice.rows = slice.columns = 16;
      slice.syntax = syntax;
      slice.write(dir / "liar.dcm");
      std::string content = content_of(dir / "liar.dcm");
      const std::string honest("\x28\x00\x10\x00US\x02\x00\x10\x00", 10);
      const std::size_t at = content.find(honest);
      ASSERT_NE(at, std::string::npos);
      content[at + 8] = static_cast<char>(rows & 0xFF);
      content[at + 9] = static_cast<char>(rows >> 8);
      overwrite(dir / "liar.dcm", content);
      // Native and RLE data may be longer than what is needed of it.
      if (rows == 5 && (syntax == EXS_LittleEndianExplicit || syntax == EXS_RLELossless)) continue;
      EXPECT_THAT(frame_refusal(dir / "liar.dcm"), HasSubstr("liar.dcm"))
          << DcmXfer(syntax).getXferName() << " " << rows;
    }
  }
}

TEST(DicomDamage, FramesThatAreNotThereAreRefusedBeforeAnyAllocation) {
  const TempDir dir;
  for (const E_TransferSyntax syntax : {EXS_LittleEndianExplicit, EXS_RLELossless}) {
    SyntheticSlice slice;
    slice.syntax = syntax;
    slice.write(dir / "frames.dcm");
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile((dir / "frames.dcm").c_str()).good());
    format.getDataset()->putAndInsertString(DCM_NumberOfFrames, "2000000000");
    ASSERT_TRUE(format.saveFile((dir / "frames.dcm").c_str(), syntax).good());
    EXPECT_THAT(frame_refusal(dir / "frames.dcm"), HasSubstr("expected"));
  }
}

TEST(DicomDamage, ANumberOfFramesThatIsTooLongToReadIsNotOne) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertString(DCM_NumberOfFrames, (std::string(1100, '0') + "2").c_str());
  };
  slice.write(dir / "frames.dcm");
  EXPECT_THAT(frame_refusal(dir / "frames.dcm"), HasSubstr("a very long text"));
}

TEST(DicomDamage, OtherFilesAreNamedForWhatTheyAre) {
  const TempDir dir;
  overwrite(dir / "text.dcm",
            "This is no DICOM file, whatever its name says. " + std::string(200, 'x'));
  EXPECT_THAT(frame_refusal(dir / "text.dcm"), HasSubstr("text.dcm: is not a DICOM file"));
  overwrite(dir / "empty.dcm", "");
  EXPECT_THAT(frame_refusal(dir / "empty.dcm"), HasSubstr("is not a DICOM file"));
  overwrite(dir / "zeros.dcm", std::string(128, '\0') + "DICM" + std::string(500, '\0'));
  EXPECT_THAT(frame_refusal(dir / "zeros.dcm"), HasSubstr("zeros.dcm"));
  EXPECT_THAT(frame_refusal(dir / "absent.dcm"), HasSubstr("absent.dcm"));
  EXPECT_THAT(frame_refusal(dir.path()), HasSubstr("jcs-test"));

  SyntheticSlice report;
  report.modality = "SR";
  report.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_PixelData); };
  report.write(dir / "report.dcm");
  EXPECT_THAT(frame_refusal(dir / "report.dcm"), HasSubstr("no pixels in it: SR document"));

  SyntheticSlice colour;
  colour.stored.assign(36, 1);
  colour.edit = [](DcmDataset& data) {
    data.putAndInsertUint16(DCM_SamplesPerPixel, 3);
    data.putAndInsertString(DCM_PhotometricInterpretation, "RGB");
  };
  colour.write(dir / "colour.dcm");
  EXPECT_THAT(frame_refusal(dir / "colour.dcm"), HasSubstr("SamplesPerPixel (0028,0002)"));
}

TEST(DicomDamage, AnUnknownCompressionIsNamed) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.syntax = EXS_RLELossless;
  slice.write(dir / "a.dcm");
  std::string content = content_of(dir / "a.dcm");
  const std::string rle = "1.2.840.10008.1.2.5";
  const std::size_t at = content.find(rle);
  ASSERT_NE(at, std::string::npos);
  content.replace(at, rle.size(), "1.2.840.10008.1.2.9");
  overwrite(dir / "a.dcm", content);
  EXPECT_THAT(frame_refusal(dir / "a.dcm"), HasSubstr("1.2.840.10008.1.2.9"));
}

}  // namespace
