#include "cache_file.hpp"

#include <cstddef>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>

#include <fcntl.h>
#include <sys/mman.h>
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

// A file in memory as long as the object lives; empty when it cannot be mapped. A file that is
// replaced meanwhile stays mapped as it was.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return;
    }
    struct stat state {};
    if (::fstat(fd, &state) == 0 && S_ISREG(state.st_mode) && state.st_size > 0) {
      const auto size = static_cast<std::size_t>(state.st_size);
      void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
      if (memory != MAP_FAILED) {
        memory_ = memory;
        size_ = size;
      }
    }
    ::close(fd);
  }
  ~MappedFile() {
    if (memory_ != nullptr) {
      ::munmap(memory_, size_);
    }
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::string_view bytes() const {
    return {static_cast<const char*>(memory_), size_};
  }

 private:
  void* memory_ = nullptr;
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
  const MappedFile mapped(file);
  const std::string_view bytes = mapped.bytes();
  Head head;
  if (bytes.size() < sizeof head) {
    return std::nullopt;
  }
  std::memcpy(&head, bytes.data(), sizeof head);
  if (!head.sound() || head.stamp != stamp || slice < 0 || slice >= head.slices) {
    return std::nullopt;
  }
  const auto slices = static_cast<std::size_t>(head.slices);
  const std::size_t each = head.slice_bytes() + kDigest;
  if ((bytes.size() - sizeof head) / each != slices ||
      (bytes.size() - sizeof head) % each != kDigest) {
    return std::nullopt;
  }
  const std::string_view checksums =
      bytes.substr(sizeof head + slices * head.slice_bytes(), slices * kDigest);
  const auto index = static_cast<std::size_t>(slice);
  const std::string_view pixels =
      bytes.substr(sizeof head + index * head.slice_bytes(), head.slice_bytes());
  if (bytes.substr(bytes.size() - kDigest) != head_digest(head, checksums) ||
      checksums.substr(index * kDigest, kDigest) != sha256(std::as_bytes(std::span(pixels)))) {
    return std::nullopt;
  }
  cv::Mat picture(head.rows, head.columns, head.type);
  std::memcpy(picture.data, pixels.data(), pixels.size());
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
