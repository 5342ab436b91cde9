#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <opencv2/core.hpp>

namespace jcs::data {

/// How a source file looked when it was decoded.
struct SourceStamp {
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const SourceStamp&) const = default;
};

/// Nothing where the file cannot be looked at.
std::optional<SourceStamp> stamp_of(const std::filesystem::path& source);

// A cache file: a head of 64 bytes; the slices, row by row, one after the other; the SHA-256 of
// each as text; the SHA-256 of head and checksums. Numbers are the machine's own: a cache does not
// travel.

/// One slice out of a cache file. Nothing where there is no such file,
/// it was made from another state of the source, or its content does not fit its checksums.
std::optional<cv::Mat> read_cached(const std::filesystem::path& file, const SourceStamp& stamp,
                                   int slice);

/// Writes a cache file of `slices` slices of one size and type, whole or not at all; `decode` is
/// called once for each, in ascending order. @throws OutputError, and what `decode` throws.
void write_cached(const std::filesystem::path& file, const SourceStamp& stamp, int slices,
                  const std::function<cv::Mat(int)>& decode);

}  // namespace jcs::data
