#include "raster.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/decoder_processes.hpp"
#include "jcs/imaging/limits.hpp"

#include "codec.hpp"
#include "decode_elsewhere.hpp"

namespace jcs::imaging {
namespace {

constexpr std::uintmax_t kBesidePixels = std::uintmax_t{16} << 20U;

std::string content_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw InputError({.what = "is no file", .where = file.string()});
  }
  // Four channels of 16 bits without any packing, and what a format has beside its pixels.
  const auto most = static_cast<std::uintmax_t>(limits().slice_pixels()) * 8 + kBesidePixels;
  return read_at_most(most, file);
}

std::uint64_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = (value << 8U) | bytes[i];
  return value;
}

template <class Count>
[[noreturn]] void refuse_size(Count rows, Count columns, const std::filesystem::path& file) {
  throw InputError({.what = "the picture is too large",
                    .where = file.string(),
                    .expected = "at most " + std::to_string(limits().slice_pixels()) + " pixels",
                    .got = std::to_string(rows) + " x " + std::to_string(columns)});
}

/// A few kilobytes of PNG can unpack to gigabytes, so its size is looked at before it is decoded
/// (PNG specification, 11.2.2). Other pictures that are too large are noticed by the decoder.
void require_possible_size(std::span<const std::uint8_t> bytes, const std::filesystem::path& file) {
  constexpr std::size_t kSizeAt = 16;
  if (bytes.size() < kSizeAt + 8 || std::memcmp(bytes.data(), "\x89PNG", 4) != 0) return;
  const std::uint64_t columns = big_endian(bytes, kSizeAt), rows = big_endian(bytes, kSizeAt + 4);
  if (rows * columns > static_cast<std::uint64_t>(limits().slice_pixels())) {
    refuse_size(rows, columns, file);
  }
}

/// Numbers of a TIFF (TIFF 6.0, section 2), in the byte order that the file states.
class TiffNumbers {
 public:
  explicit TiffNumbers(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), big_(bytes[0] == 'M') {}

  /// Nothing where the file ends before.
  [[nodiscard]] std::optional<std::uint32_t> at(std::size_t place, std::size_t size) const {
    if (place > bytes_.size() || bytes_.size() - place < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = (value << 8U) | bytes_[place + (big_ ? i : size - 1 - i)];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_;
};

/// Whether the directory of a TIFF's picture says that it is a smaller copy of another or its mask.
/// Entries are sorted, and none has a lower number than the one that says so.
bool goes_with_another(const TiffNumbers& numbers, std::size_t directory) {
  constexpr std::uint32_t kNewSubfileType = 254, kSmaller = 1, kMask = 4;
  return numbers.at(directory + 2, 2) == kNewSubfileType &&
         (numbers.at(directory + 10, 4).value_or(0) & (kSmaller | kMask)) != 0;
}

/// The decoder gives the first page of a TIFF and is silent about others, which may be slices.
void require_one_page(std::span<const std::uint8_t> bytes, const std::filesystem::path& file) {
  if (bytes.size() < 8 ||
      (std::memcmp(bytes.data(), "II*\0", 4) != 0 && std::memcmp(bytes.data(), "MM\0*", 4) != 0)) {
    return;
  }
  constexpr std::size_t kMostDirectories = 64;  // far more than copies of a picture
  const TiffNumbers numbers(bytes);
  std::size_t pages = 0;
  std::set<std::uint32_t> seen;
  // Directories that lie beyond the end or lead in a circle are damage, for the decoder to find.
  for (std::uint32_t next = numbers.at(4, 4).value_or(0); next != 0 && seen.insert(next).second;) {
    const std::optional<std::uint32_t> entries = numbers.at(next, 2);
    if (!entries || *entries == 0) return;
    if (pages == 0 || !goes_with_another(numbers, next)) ++pages;
    if (pages > 1 || seen.size() > kMostDirectories) {
      throw InputError({.what = "the TIFF has more than one page",
                        .where = file.string(),
                        .expected = "a file for each of its pages"});
    }
    next = numbers.at(next + std::size_t{2} + std::size_t{12} * *entries, 4).value_or(0);
  }
}

}  // namespace

bool named_like_picture(const std::filesystem::path& file) {
  static constexpr std::array<const char*, 6> kEndings = {".png", ".jpg", ".jpeg",
                                                          ".bmp", ".tif", ".tiff"};
  const std::string extension = lower_case(file.extension().string());
  return std::find(kEndings.begin(), kEndings.end(), extension) != kEndings.end();
}

cv::Mat read_raster(const std::filesystem::path& file) {
  const std::string content = content_of(file);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
  require_possible_size(bytes, file);
  require_one_page(bytes, file);
  cv::Mat picture;
  DecoderProcesses* processes = DecoderProcesses::running();
  const std::string failure = processes != nullptr
                                  ? decode_picture_elsewhere(*processes, bytes, picture)
                                  : decode_picture_file(bytes, picture);
  if (!failure.empty()) {
    throw InputError({.what = "is no picture that can be decoded",
                      .where = file.string(),
                      .expected = "PNG, JPEG, BMP or TIFF",
                      .got = failure});
  }
  if (static_cast<std::int64_t>(picture.total()) > limits().slice_pixels()) {
    refuse_size(picture.rows, picture.cols, file);
  }
  return picture;
}

cv::Mat read_grey(const std::filesystem::path& file) {
  cv::Mat picture = read_raster(file);
  if (picture.depth() != CV_8U) {
    throw InputError({.what = "the picture has not 8 bits per value: its window is not known",
                      .where = file.string(),
                      .expected = "8 bits",
                      .got = std::to_string(8 * picture.elemSize1()) + " bits"});
  }
  if (picture.channels() == 1) return picture;
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  // Grey with alpha has two channels, colour three or four; alpha is ignored.
  const std::size_t colours = channels.size() < 3 ? 1 : 3;
  for (std::size_t i = 1; i < colours; ++i) {
    if (cv::norm(channels[0], channels[i], cv::NORM_INF) > 0) {
      throw InputError({.what = "the picture is coloured",
                        .where = file.string(),
                        .expected = "a grey CT slice"});
    }
  }
  return channels[0];
}

}  // namespace jcs::imaging
