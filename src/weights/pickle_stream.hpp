#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace jcs::weights::pickle {

/// Bytes of the largest pickle that is read. Those of tensors have some hundred for each tensor:
/// the numbers lie elsewhere.
constexpr std::uint64_t kMaxPickle = std::uint64_t{64} << 20;

/// A pickle's bytes, read forwards. No length is believed beyond what is left.
class ByteStream {
 public:
  ByteStream(std::istream& in, std::uint64_t available);

  /// These throw Malformed where the bytes end too early.
  std::uint8_t byte();
  std::uint64_t little_endian(int bytes);
  std::string bytes(std::uint64_t count);
  /// Text up to a line feed, which is dropped.
  std::string line();

  /// Up to `count` of the bytes to come, wherever the stream ends; they count as read.
  std::string rest(std::uint64_t count);

  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] std::uint64_t available() const { return available_ - position_; }

 private:
  [[noreturn]] void refuse() const;

  std::istream& in_;
  std::uint64_t available_;
  bool more_ = false;  // than a pickle may have
  std::uint64_t position_ = 0;
};

}  // namespace jcs::weights::pickle
