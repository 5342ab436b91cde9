#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <span>

namespace jcs::imaging {

/// Compresses what it is given onto a stream as one gzip member without name and time, so that the
/// same content gives the same bytes.
class GzipStream {
 public:
  explicit GzipStream(std::ostream& out);
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  void write(std::span<const std::byte> bytes);
  /// To be called last: without it the member has no end.
  void finish();

 private:
  struct Deflate;
  std::ostream& out_;
  std::unique_ptr<Deflate> deflate_;
};

}  // namespace jcs::imaging
