#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmf.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {

/// The bytes of a DICOM file for DCMTK's parser, which calls itself once for every sequence inside
/// a sequence and believes every length of a deflated file: a few kilobytes could end the program
/// or take all its memory. Each time the parser asks for bytes, the stack that it has taken since
/// this object was made and the bytes that it got are looked at. What goes too far is a stream that
/// ends there, not an exception: the parser would lose all that it holds by plain pointers.
class DicomStream : public DcmInputFileStream {
 public:
  explicit DicomStream(const std::filesystem::path& file);

  /// Why the stream ended before the file: sequences are nested too deep, there are more elements
  /// than in any image, or a deflated file unpacks to more than limits().volume_mib or to far more
  /// than itself.
  [[nodiscard]] const std::optional<Problem>& refusal() const { return refusal_; }

  [[nodiscard]] OFBool good() const override;
  [[nodiscard]] OFCondition status() const override;
  OFBool eos() override;
  offile_off_t avail() override;
  offile_off_t read(void* buffer, offile_off_t length) override;
  offile_off_t skip(offile_off_t length) override;

 private:
  /// Takes bytes piece by piece as long as nothing goes too far. @return how many were taken
  offile_off_t in_pieces(
      offile_off_t length,
      const std::function<offile_off_t(offile_off_t done, offile_off_t piece)>& take);
  void count(offile_off_t bytes);

  std::optional<Problem> refusal_;
  std::filesystem::path file_;
  std::uintmax_t size_ = 0;  ///< UINTMAX_MAX: not known
  std::int64_t headers_ = 0;
  const std::byte* stack_ = nullptr;
  offile_off_t bytes_ = 0;
};

}  // namespace jcs::imaging
