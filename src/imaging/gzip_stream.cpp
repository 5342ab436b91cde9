#include "gzip_stream.hpp"

#include <algorithm>
#include <array>
#include <new>

#include <zlib.h>

namespace jcs::imaging {

namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;  // zlib's default
constexpr std::size_t kLargestInput = std::size_t{1} << 30;

}  // namespace

struct GzipStream::Deflate {
  z_stream stream{};
  std::array<Bytef, 1 << 16> buffer{};

  Deflate() {
    // All arguments are constants that zlib knows, so memory is all it can lack.
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflate() { deflateEnd(&stream); }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  void run(std::ostream& out, int flush) {
    do {
      stream.next_out = buffer.data();
      stream.avail_out = static_cast<uInt>(buffer.size());
      deflate(&stream, flush);
      out.write(reinterpret_cast<const char*>(buffer.data()),
                static_cast<std::streamsize>(buffer.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  }
};

GzipStream::GzipStream(std::ostream& out) : out_(out), deflate_(std::make_unique<Deflate>()) {}
GzipStream::~GzipStream() = default;

void GzipStream::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kLargestInput));
    // zlib reads only, but its interface was made before const.
    deflate_->stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(part.data()));
    deflate_->stream.avail_in = static_cast<uInt>(part.size());
    deflate_->run(out_, Z_NO_FLUSH);
    bytes = bytes.subspan(part.size());
  }
}

void GzipStream::finish() { deflate_->run(out_, Z_FINISH); }

}  // namespace jcs::imaging
