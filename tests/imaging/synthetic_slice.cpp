#include "imaging/synthetic_slice.hpp"

#include <cstdio>
#include <mutex>

#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcrlerp.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>
#include <gtest/gtest.h>

#include "jcs/core/text.hpp"

namespace jcs::test {
namespace {

template <std::size_t N>
std::string decimals(const std::array<double, N>& values) {
  std::vector<std::string> parts;
  for (const double value : values) parts.push_back(to_text(value));
  return joined(parts, "\\");
}

void put(DcmDataset& data, const DcmTagKey& tag, const std::string& value) {
  EXPECT_TRUE(data.putAndInsertString(tag, value.c_str()).good()) << tag;
}

void put(DcmDataset& data, const DcmTagKey& tag, int value) {
  EXPECT_TRUE(data.putAndInsertUint16(tag, static_cast<Uint16>(value)).good()) << tag;
}

void register_encoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
    DcmRLEEncoderRegistration::registerCodecs();
  });
}

OFCondition compress(DcmDataset& data, E_TransferSyntax syntax) {
  register_encoders();
  const DJ_RPLossless jpeg(1, 0);
  const DJLSRepresentationParameter jpeg_ls(0, OFTrue);
  const DcmRLERepresentationParameter rle;
  switch (syntax) {
    case EXS_JPEGProcess14SV1:
      return data.chooseRepresentation(syntax, &jpeg);
    case EXS_JPEGLSLossless:
      return data.chooseRepresentation(syntax, &jpeg_ls);
    case EXS_RLELossless:
      return data.chooseRepresentation(syntax, &rle);
    default:
      return data.chooseRepresentation(syntax, nullptr);
  }
}

}  // namespace

std::vector<std::uint16_t> SyntheticSlice::pixels() const {
  if (!stored.empty()) return stored;
  std::vector<std::uint16_t> values;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) values.push_back(stored_at(row, column));
  }
  return values;
}

void SyntheticSlice::write(const std::filesystem::path& file) const {
  std::filesystem::create_directories(file.parent_path());
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  const std::string sop_uid =
      series_uid + "." + std::to_string(instance_number) + "." + std::to_string(tag);
  put(data, DCM_SOPClassUID, sop_class);
  put(data, DCM_SOPInstanceUID, series_uid.empty() ? "1.2.9." + std::to_string(tag) : sop_uid);
  put(data, DCM_ImageType, image_type);
  put(data, DCM_Modality, modality);
  put(data, DCM_PatientID, "phantom");
  put(data, DCM_StudyInstanceUID, "1.2.3");
  put(data, DCM_SeriesInstanceUID, series_uid);
  put(data, DCM_SeriesNumber, std::to_string(series_number));
  put(data, DCM_InstanceNumber, std::to_string(instance_number));
  put(data, DCM_SliceThickness, thickness);
  put(data, DCM_ImagePositionPatient, decimals(position));
  put(data, DCM_ImageOrientationPatient, decimals(orientation));
  if (!spacing.empty()) put(data, DCM_PixelSpacing, spacing);
  put(data, DCM_SamplesPerPixel, 1);
  put(data, DCM_PhotometricInterpretation, "MONOCHROME2");
  put(data, DCM_Rows, rows);
  put(data, DCM_Columns, columns);
  put(data, DCM_BitsAllocated, 16);
  put(data, DCM_BitsStored, bits_stored);
  put(data, DCM_HighBit, bits_stored - 1);
  put(data, DCM_PixelRepresentation, is_signed ? 1 : 0);
  if (slope) put(data, DCM_RescaleSlope, *slope);
  if (intercept) put(data, DCM_RescaleIntercept, *intercept);
  const std::vector<std::uint16_t> values = pixels();
  EXPECT_TRUE(data.putAndInsertUint16Array(DCM_PixelData, values.data(), values.size()).good());
  if (edit) edit(data);
  const OFCondition compressed = compress(data, syntax);
  ASSERT_TRUE(compressed.good()) << compressed.text();
  const OFCondition saved = format.saveFile(OFFilename(file.c_str()), syntax);
  ASSERT_TRUE(saved.good()) << saved.text();
}

}  // namespace jcs::test
