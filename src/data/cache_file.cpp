#include "cache_file.hpp"

#include <cerrno>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/hash.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kDigest = 64;  // SHA-256 as text

struct Head {
  std::array<char, 8> name{'j', 'c', 's', 's', 'l', 'c', '0', '1'};
  SourceStamp stamp;
  std::int32_t rows = 0, columns = 0, type = 0, slices = 0;
  std::array<char, 24> unused{};

  [[nodiscard]] bool sound() const {
    return name == Head{}.name && rows > 0 && columns > 0 && slices > 0 &&
           (type == CV_8UC1 || type == CV_16SC1);
  }
  [[nodiscard]] std::size_t slice_bytes() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
           (type == CV_8UC1 ? 1 : 2);
  }
};
static_assert(sizeof(Head) == 64 && std::is_trivially_copyable_v<Head>);

std::string head_digest(const Head& head, std::string_view checksums) {
  std::string text(reinterpret_cast<const char*>(&head), sizeof head);
  text += checksums;
  return sha256(std::as_bytes(std::span(text)));
}

// A file that is read at the places that are wanted. It is not mapped: a disk that fails would then
// end the program instead of a call. A file that is replaced meanwhile stays open as it was.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& file) {
    do {
      fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    } while (fd_ < 0 && errno == EINTR);
    struct stat state {};
    if (fd_ >= 0 && ::fstat(fd_, &state) == 0 && S_ISREG(state.st_mode)) {
      size_ = static_cast<std::size_t>(state.st_size);
    }
  }
  ~OpenFile() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }  ///< 0 where there is no such file

  /// Whether all could be read.
  bool read(std::size_t at, void* to, std::size_t count) const {
    auto* bytes = static_cast<char*>(to);
    while (count > 0) {
      const ssize_t got = ::pread(fd_, bytes, count, static_cast<off_t>(at));
      if (got <= 0) {
        if (got < 0 && errno == EINTR) {
          continue;
        }
        return false;
      }
      bytes += got;
      at += static_cast<std::size_t>(got);
      count -= static_cast<std::size_t>(got);
    }
    return true;
  }

 private:
  int fd_ = -1;
  std::size_t size_ = 0;
};

}  // namespace

std::optional<SourceStamp> stamp_of(const fs::path& source) {
  struct stat state {};
  if (::stat(source.c_str(), &state) != 0 || !S_ISREG(state.st_mode)) {
    return std::nullopt;
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  return SourceStamp{static_cast<std::uint64_t>(state.st_size),
                     state.st_mtim.tv_sec * kSecond + state.st_mtim.tv_nsec};
}

std::optional<cv::Mat> read_cached(const fs::path& file, const SourceStamp& stamp, int slice) {
  const OpenFile kept(file);
  Head head;
  if (kept.size() < sizeof head || !kept.read(0, &head, sizeof head)) {
    return std::nullopt;
  }
  if (!head.sound() || head.stamp != stamp || slice < 0 || slice >= head.slices) {
    return std::nullopt;
  }
  const auto slices = static_cast<std::size_t>(head.slices);
  const std::size_t each = head.slice_bytes() + kDigest;
  if ((kept.size() - sizeof head) / each != slices ||
      (kept.size() - sizeof head) % each != kDigest) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(slice);
  std::string digests((slices + 1) * kDigest, '\0');
  cv::Mat picture(head.rows, head.columns, head.type);
  if (!kept.read(sizeof head + slices * head.slice_bytes(), digests.data(), digests.size()) ||
      !kept.read(sizeof head + index * head.slice_bytes(), picture.data, head.slice_bytes())) {
    return std::nullopt;
  }
  const std::string_view checksums = std::string_view(digests).substr(0, slices * kDigest);
  const std::string_view pixels(reinterpret_cast<const char*>(picture.data), head.slice_bytes());
  if (std::string_view(digests).substr(slices * kDigest) != head_digest(head, checksums) ||
      checksums.substr(index * kDigest, kDigest) != sha256(std::as_bytes(std::span(pixels)))) {
    return std::nullopt;
  }
  return picture;
}

void write_cached(const fs::path& file, const SourceStamp& stamp, int slices,
                  const std::function<cv::Mat(int)>& decode) {
  const cv::Mat first = decode(0);
  Head head;
  head.stamp = stamp;
  head.rows = first.rows;
  head.columns = first.cols;
  head.type = first.type();
  head.slices = slices;
  write_file(file, [&](std::ostream& out) {
    out.write(reinterpret_cast<const char*>(&head), sizeof head);
    std::string checksums;
    for (int slice = 0; slice < slices && out; ++slice) {
      const cv::Mat picture = slice == 0 ? first : decode(slice);
      CV_Assert(picture.isContinuous() && picture.size() == first.size() &&
                picture.type() == first.type());
      const std::string_view pixels(reinterpret_cast<const char*>(picture.data),
                                    head.slice_bytes());
      out.write(pixels.data(), static_cast<std::streamsize>(pixels.size()));
      checksums += sha256(std::as_bytes(std::span(pixels)));
    }
    out << checksums << head_digest(head, checksums);
  });
}

}  // namespace jcs::data
