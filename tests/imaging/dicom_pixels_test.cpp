#include "jcs/imaging/dicom_pixels.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

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

/// A slice compressed in 8 bits a sample, whose header then says what `edit` makes of it.
void write_narrow(SyntheticSlice slice, const std::filesystem::path& file,
                  const std::function<void(DcmDataset&)>& edit) {
  const std::vector<std::uint16_t> words = slice.pixels();
  slice.bits_stored = 8;
  slice.edit = [words](DcmDataset& data) {
    const std::vector<Uint8> bytes(words.begin(), words.end());
    data.putAndInsertUint16(DCM_BitsAllocated, 8);
    data.putAndInsertUint8Array(DCM_PixelData, bytes.data(), bytes.size());
  };
  slice.write(file);
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file.c_str()).good());
  format.loadAllDataIntoMemory();
  edit(*format.getDataset());
  ASSERT_TRUE(format.saveFile(file.c_str(), slice.syntax).good());
}

std::function<void(DcmDataset&)> header(int allocated, int stored, int high) {
  return [=](DcmDataset& data) {
    data.putAndInsertUint16(DCM_BitsAllocated, static_cast<Uint16>(allocated));
    data.putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(stored));
    data.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(high));
  };
}

TEST(DicomPixels, ACodestreamOfEightBitsUnderAHeaderOfSixteenKeepsItsValues) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 3;
  slice.columns = 5;
  slice.intercept = "0";
  for (int i = 0; i < 15; ++i) slice.stored.push_back(static_cast<std::uint16_t>(17 * i));
  const std::vector<double> values(slice.stored.begin(), slice.stored.end());
  for (const E_TransferSyntax syntax : {EXS_JPEGProcess14SV1, EXS_JPEGLSLossless}) {
    SCOPED_TRACE(DcmXfer(syntax).getXferName());
    slice.syntax = syntax;
    slice.is_signed = false;
    for (const auto& edit : {header(8, 8, 7), header(16, 8, 7), header(16, 12, 11),
                             header(16, 16, 15), header(16, 8, 15)}) {
      write_narrow(slice, dir / "slice.dcm", edit);
      EXPECT_EQ(read_dicom_frame(dir / "slice.dcm").values, values);
    }
    slice.is_signed = true;
    write_narrow(slice, dir / "signed.dcm", header(16, 8, 7));
    const std::vector<double> signed_values = read_dicom_frame(dir / "signed.dcm").values;
    EXPECT_EQ(signed_values[7], 119.0);
    EXPECT_EQ(signed_values[8], 136.0 - 256.0);
    write_narrow(slice, dir / "lost.dcm", header(16, 16, 15));
    EXPECT_THAT(frame_refusal(dir / "lost.dcm"),
                HasSubstr("expected 16 bits with a sign, got 8 bits"));
  }
}

TEST(DicomPixels, ACodestreamDeeperThanTheHeaderIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = 16;
  slice.columns = 12;
  const auto narrow_header = [&](const std::filesystem::path& file, E_TransferSyntax syntax) {
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile(file.c_str()).good());
    format.loadAllDataIntoMemory();
    header(8, 8, 7)(*format.getDataset());
    ASSERT_TRUE(format.saveFile(file.c_str(), syntax).good());
  };
  for (const E_TransferSyntax syntax : {EXS_JPEGProcess14SV1, EXS_JPEGLSLossless}) {
    slice.syntax = syntax;
    slice.write(dir / "slice.dcm");
    narrow_header(dir / "slice.dcm", syntax);
    EXPECT_THAT(frame_refusal(dir / "slice.dcm"),
                HasSubstr("expected at most 8 bits, got 16 bits"));
  }
  slice.syntax = EXS_LittleEndianExplicit;
  write_jpeg2000(slice, dir / "wavelet.dcm");
  narrow_header(dir / "wavelet.dcm", EXS_JPEG2000LosslessOnly);
  EXPECT_THAT(frame_refusal(dir / "wavelet.dcm"), HasSubstr("1 component of at most 8 bits"));
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
    const std::string line = frame_refusal(dir / "slope.dcm");
    EXPECT_THAT(line, HasSubstr("slope.dcm: RescaleSlope (0028,1053)")) << slope;
    EXPECT_THAT(line, HasSubstr(std::string("got ") + slope));
  }
  SyntheticSlice slice;
  slice.intercept = "NaN";
  slice.write(dir / "intercept.dcm");
  EXPECT_THAT(frame_refusal(dir / "intercept.dcm"), HasSubstr("RescaleIntercept (0028,1052)"));
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

}  // namespace
