#include "mat_check.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <zlib.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHeader = 128;
constexpr std::uint32_t kPacked = 15;  // miCOMPRESSED
// Twice the largest field: 64 channels of 2048 x 2048.
constexpr std::uint64_t kMostUnpacked = std::uint64_t{512} << 20U;

class Unpacker {
 public:
  Unpacker() { ready_ = inflateInit(&stream_) == Z_OK; }
  ~Unpacker() {
    if (ready_) {
      inflateEnd(&stream_);
    }
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  // Unpacks the next `bytes` of `in` and forgets the result; false when they are damaged.
  bool sound(std::istream& in, std::uintmax_t bytes) {
    std::vector<unsigned char> packed(1U << 16U), unpacked(1U << 16U);
    int state = ready_ ? Z_OK : Z_MEM_ERROR;
    while (state == Z_OK && bytes > 0) {
      const auto piece = static_cast<std::size_t>(std::min<std::uintmax_t>(bytes, packed.size()));
      if (!in.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(piece))) {
        return false;
      }
      bytes -= piece;
      stream_.next_in = packed.data();
      stream_.avail_in = static_cast<uInt>(piece);
      do {
        stream_.next_out = unpacked.data();
        stream_.avail_out = static_cast<uInt>(unpacked.size());
        state = inflate(&stream_, Z_NO_FLUSH);
        if (exceeds()) {
          return false;
        }
      } while (state == Z_OK && stream_.avail_out == 0);
      if (state == Z_BUF_ERROR) {
        state = Z_OK;  // it only wants more
      }
    }
    return state == Z_STREAM_END;
  }

  // Whether what was unpacked so far is more than belongs into such a file.
  [[nodiscard]] bool exceeds() const { return stream_.total_out > kMostUnpacked; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

// Whether the numbers of the file are little-endian, as its descriptive header says.
bool little_endian(const fs::path& file) {
  std::array<char, kHeader> header{};
  InputFile in(file);
  if (!in) {
    throw InputError({"cannot be read: " + in.why(), file.string()});
  }
  in.read(header.data(), header.size());
  const bool little = std::memcmp(&header[126], "IM", 2) == 0;
  const bool big = std::memcmp(&header[126], "MI", 2) == 0;
  const auto version = static_cast<unsigned char>(little ? header[125] : header[124]);
  // matio takes a file of any other version for version 4, with sizes where none are.
  const bool whole_version = (little ? header[124] : header[125]) == 0;
  if (static_cast<std::size_t>(in.gcount()) < header.size() || (!little && !big) ||
      !whole_version || (version != 1 && version != 2)) {
    throw InputError({"is no MAT file", file.string(), "MATLAB 5"});
  }
  if (version == 2) {
    throw InputError(
        {"is a MAT file of version 7.3", file.string(), "MATLAB 5, as save() writes it with -v7"});
  }
  return little;
}

}  // namespace

void check_mat_file(const fs::path& file) {
  const bool little = little_endian(file);
  const std::uintmax_t size = fs::file_size(file);
  InputFile in(file);
  std::uintmax_t at = kHeader;
  while (at < size) {
    // Every variable follows a tag: its type and its size in bytes.
    std::array<unsigned char, 8> tag{};
    in.seekg(static_cast<std::streamoff>(at));
    in.read(reinterpret_cast<char*>(tag.data()), tag.size());
    const auto number = [&](std::size_t first) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        value |= static_cast<std::uint32_t>(tag[little ? first + i : first + 3 - i]) << (8 * i);
      }
      return value;
    };
    const std::uint32_t bytes = number(4);
    at += tag.size() + bytes;
    if (!in || at > size) {
      throw InputError(
          {"ends too early", file.string(), std::to_string(at) + " bytes", std::to_string(size)});
    }
    if (number(0) != kPacked) {
      continue;
    }
    Unpacker unpacker;
    if (!unpacker.sound(in, bytes)) {
      throw InputError({unpacker.exceeds() ? "a variable unpacks to more than any field has"
                                           : "is damaged: a variable cannot be unpacked",
                        file.string()});
    }
  }
}

}  // namespace jcs::data
