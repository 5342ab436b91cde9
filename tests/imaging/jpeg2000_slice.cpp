#include "imaging/jpeg2000_slice.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <gdcmByteValue.h>
#include <gdcmJPEG2000Codec.h>
#include <gdcmSequenceOfFragments.h>
#include <gtest/gtest.h>

namespace jcs::test {

void write_jpeg2000(const SyntheticSlice& slice, const std::filesystem::path& file) {
  const std::vector<std::uint16_t> pixels = slice.pixels();
  // GDCM's encoder writes past four bytes a pixel, where the codestream's headers alone are longer.
  ASSERT_GE(pixels.size(), 90U) << "too small a picture for the encoder";
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

}  // namespace jcs::test
