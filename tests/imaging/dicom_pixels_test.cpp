#include "jcs/imaging/dicom_pixels.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <gdcmByteValue.h>
#include <gdcmJPEG2000Codec.h>
#include <gdcmSequenceOfFragments.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::read_dicom_frame;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::HasSubstr;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void overwrite(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::vector<double> expected_hu(const SyntheticSlice& slice) {
  std::vector<double> hu;
  for (const std::uint16_t stored : slice.pixels()) hu.push_back(stored - 1024.0);
  return hu;
}

std::string refusal(const std::filesystem::path& file) {
  return jcs::test::error_line<jcs::InputError>([&] { read_dicom_frame(file); });
}

/// The slice with its pixels as one JPEG 2000 codestream.
void write_jpeg2000(SyntheticSlice slice, const std::filesystem::path& file) {
  const std::vector<std::uint16_t> pixels = slice.pixels();
  gdcm::SmartPointer<gdcm::ByteValue> bytes = new gdcm::ByteValue(
      reinterpret_cast<const char*>(pixels.data()), static_cast<std::uint32_t>(2 * pixels.size()));
  gdcm::DataElement native(gdcm::Tag(0x7FE0, 0x0010));
  native.SetValue(*bytes);
  gdcm::JPEG2000Codec codec;
  codec.SetPixelFormat(gdcm::PixelFormat(1, 16, 16, 15, slice.is_signed ? 1 : 0));
  codec.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  codec.SetNumberOfDimensions(2);
  const unsigned size[3] = {static_cast<unsigned>(slice.columns), static_cast<unsigned>(slice.rows),
                            1};
  codec.SetDimensions(size);
  codec.SetNumberOfResolutions(1);
  codec.SetReversible(true);
  gdcm::DataElement compressed(gdcm::Tag(0x7FE0, 0x0010));
  ASSERT_TRUE(codec.Code(native, compressed));
  const gdcm::ByteValue* stream =
      compressed.GetSequenceOfFragments()->GetFragment(0).GetByteValue();

  slice.write(file);
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file.c_str()).good());
  auto* sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
  auto* offsets = new DcmPixelItem(DcmTag(DCM_Item, EVR_pixelItem));
  sequence->insert(offsets);
  auto* fragment = new DcmPixelItem(DcmTag(DCM_Item, EVR_pixelItem));
  std::string even(stream->GetPointer(), stream->GetLength());
  if (even.size() % 2 != 0) even += '\0';
  fragment->putUint8Array(reinterpret_cast<const Uint8*>(even.data()), even.size());
  sequence->insert(fragment);
  auto* element = new DcmPixelData(DCM_PixelData);
  element->putOriginalRepresentation(EXS_JPEG2000LosslessOnly, nullptr, sequence);
  format.getDataset()->insert(element, OFTrue);
  ASSERT_TRUE(format.saveFile(file.c_str(), EXS_JPEG2000LosslessOnly).good());
}

TEST(DicomPixels, EveryTransferSyntaxGivesTheSameValues) {
  const TempDir dir;
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit, EXS_BigEndianExplicit,
        EXS_DeflatedLittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless,
        EXS_RLELossless}) {
    SyntheticSlice slice;
    slice.rows = 9;
    slice.columns = 7;
    slice.syntax = syntax;
    SCOPED_TRACE(DcmXfer(syntax).getXferName());
    slice.write(dir / "slice.dcm");
    const auto frame = read_dicom_frame(dir / "slice.dcm");
    EXPECT_EQ(frame.rows, 9);
    EXPECT_EQ(frame.columns, 7);
    EXPECT_EQ(frame.modality, "CT");
    EXPECT_TRUE(frame.rescaled);
    EXPECT_EQ(frame.transfer_syntax, DcmXfer(syntax).getXferID());
    EXPECT_EQ(frame.values, expected_hu(slice));
  }
}

TEST(DicomPixels, Jpeg2000KeepsSignedAndUnsignedValues) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 16;
  slice.columns = 12;
  write_jpeg2000(slice, dir / "unsigned.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "unsigned.dcm").values, expected_hu(slice));

  slice.is_signed = true;
  slice.intercept = "0";
  std::vector<double> expected;
  for (int i = 0; i < 16 * 12; ++i) {
    slice.stored.push_back(static_cast<std::uint16_t>(-1000 + 17 * i));
    expected.push_back(-1000 + 17 * i);
  }
  write_jpeg2000(slice, dir / "signed.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "signed.dcm").values, expected);
}

TEST(DicomPixels, ACodestreamThatBreaksOffIsRefused) {
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
  EXPECT_THAT(refusal(dir / "half.dcm"),
              HasSubstr("half.dcm: the JPEG 2000 codestream breaks off"));
}

TEST(DicomPixels, BitsAboveTheStoredOnesAreNoPartOfTheValue) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 1;
  slice.columns = 3;
  slice.bits_stored = 12;
  slice.intercept = "0";
  slice.stored = {0xF123, 0x0FFF, 0xA800};
  slice.write(dir / "unsigned.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "unsigned.dcm").values,
            (std::vector<double>{0x123, 4095, 2048}));
  slice.is_signed = true;
  slice.write(dir / "signed.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "signed.dcm").values, (std::vector<double>{0x123, -1, -2048}));
}

TEST(DicomPixels, ValuesAboveUnusedLowBitsAreShiftedDown) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 1;
  slice.columns = 2;
  slice.bits_stored = 12;
  slice.intercept = "0";
  slice.stored = {0x1230, 0xFFFF};
  slice.edit = [](DcmDataset& data) { data.putAndInsertUint16(DCM_HighBit, 15); };
  slice.write(dir / "high.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "high.dcm").values, (std::vector<double>{0x123, 4095}));
}

TEST(DicomPixels, RescaleIsAppliedWithoutRounding) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 1;
  slice.columns = 2;
  slice.stored = {0, 3};
  slice.slope = "-0.5";
  slice.intercept = "7";
  slice.write(dir / "a.dcm");
  EXPECT_EQ(read_dicom_frame(dir / "a.dcm").values, (std::vector<double>{7.0, 5.5}));
  slice.slope.reset();
  slice.intercept.reset();
  slice.write(dir / "b.dcm");
  const auto frame = read_dicom_frame(dir / "b.dcm");
  EXPECT_FALSE(frame.rescaled);
  EXPECT_EQ(frame.values, (std::vector<double>{0.0, 3.0}));
}

TEST(DicomPixels, AnUnusableRescaleIsRefusedByName) {
  const TempDir dir;
  for (const char* slope : {"0", "0.0", "NaN", "nan", "inf", "abc", "1,5"}) {
    SyntheticSlice slice;
    slice.slope = slope;
    slice.write(dir / "slope.dcm");
    const std::string line = refusal(dir / "slope.dcm");
    EXPECT_THAT(line, HasSubstr("slope.dcm: RescaleSlope (0028,1053)")) << slope;
    EXPECT_THAT(line, HasSubstr(std::string("got ") + slope));
  }
  SyntheticSlice slice;
  slice.intercept = "NaN";
  slice.write(dir / "intercept.dcm");
  EXPECT_THAT(refusal(dir / "intercept.dcm"), HasSubstr("RescaleIntercept (0028,1052)"));
}

TEST(DicomPixels, TruncatedPixelDataIsRefusedWithBothSizes) {
  const TempDir dir;
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit}) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 16;
    slice.syntax = syntax;
    slice.write(dir / "cut.dcm");
    const std::string whole = content_of(dir / "cut.dcm");
    overwrite(dir / "cut.dcm", whole.substr(0, whole.size() - 100));
    const std::string line = refusal(dir / "cut.dcm");
    EXPECT_THAT(line, HasSubstr("expected 512 bytes, got 412")) << DcmXfer(syntax).getXferName();
  }
  SyntheticSlice slice;
  slice.stored.assign(5, 1);
  slice.write(dir / "short.dcm");
  EXPECT_THAT(refusal(dir / "short.dcm"), HasSubstr("expected 24 bytes, got 10"));
}

TEST(DicomPixels, TruncatedCompressedDataIsRefused) {
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
    EXPECT_THAT(refusal(dir / "cut.dcm"), HasSubstr("cut.dcm")) << DcmXfer(syntax).getXferName();
  }
}

TEST(DicomPixels, AHeaderThatDisagreesWithTheCodestreamIsRefused) {
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
      EXPECT_THAT(refusal(dir / "liar.dcm"), HasSubstr("liar.dcm"))
          << DcmXfer(syntax).getXferName() << " " << rows;
    }
  }
}

TEST(DicomPixels, FramesThatAreNotThereAreRefusedBeforeAnyAllocation) {
  const TempDir dir;
  for (const E_TransferSyntax syntax : {EXS_LittleEndianExplicit, EXS_RLELossless}) {
    SyntheticSlice slice;
    slice.syntax = syntax;
    slice.write(dir / "frames.dcm");
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile((dir / "frames.dcm").c_str()).good());
    format.getDataset()->putAndInsertString(DCM_NumberOfFrames, "2000000000");
    ASSERT_TRUE(format.saveFile((dir / "frames.dcm").c_str(), syntax).good());
    EXPECT_THAT(refusal(dir / "frames.dcm"), HasSubstr("expected"));
  }
}

TEST(DicomPixels, FilesWithoutPreambleAreRead) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.write(dir / "whole.dcm");
  const std::string whole = content_of(dir / "whole.dcm");
  overwrite(dir / "no_preamble.dcm", whole.substr(132));
  EXPECT_EQ(read_dicom_frame(dir / "no_preamble.dcm").values, expected_hu(slice));
  const std::size_t dataset = whole.find(std::string("\x08\x00\x08\x00", 4) + "CS");
  ASSERT_NE(dataset, std::string::npos);
  overwrite(dir / "no_meta.dcm", whole.substr(dataset));
  EXPECT_EQ(read_dicom_frame(dir / "no_meta.dcm").values, expected_hu(slice));
}

TEST(DicomPixels, OtherFilesAreNamedForWhatTheyAre) {
  const TempDir dir;
  overwrite(dir / "text.dcm",
            "This is no DICOM file, whatever its name says. " + std::string(200, 'x'));
  EXPECT_THAT(refusal(dir / "text.dcm"), HasSubstr("text.dcm: is not a DICOM file"));
  overwrite(dir / "empty.dcm", "");
  EXPECT_THAT(refusal(dir / "empty.dcm"), HasSubstr("is not a DICOM file"));
  overwrite(dir / "zeros.dcm", std::string(128, '\0') + "DICM" + std::string(500, '\0'));
  EXPECT_THAT(refusal(dir / "zeros.dcm"), HasSubstr("zeros.dcm"));
  EXPECT_THAT(refusal(dir / "absent.dcm"), HasSubstr("absent.dcm"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("jcs-test"));

  SyntheticSlice report;
  report.modality = "SR";
  report.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_PixelData); };
  report.write(dir / "report.dcm");
  EXPECT_THAT(refusal(dir / "report.dcm"), HasSubstr("no pixels in it: SR document"));

  SyntheticSlice colour;
  colour.stored.assign(36, 1);
  colour.edit = [](DcmDataset& data) {
    data.putAndInsertUint16(DCM_SamplesPerPixel, 3);
    data.putAndInsertString(DCM_PhotometricInterpretation, "RGB");
  };
  colour.write(dir / "colour.dcm");
  EXPECT_THAT(refusal(dir / "colour.dcm"), HasSubstr("SamplesPerPixel (0028,0002)"));
}

TEST(DicomPixels, AnUnknownCompressionIsNamed) {
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
  EXPECT_THAT(refusal(dir / "a.dcm"), HasSubstr("1.2.840.10008.1.2.9"));
}

}  // namespace
