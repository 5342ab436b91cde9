#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>

#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// Slices that are decoded once and then read from files that hold them as they are: decoding
/// JPEG Lossless or unpacking a NIfTI volume in every epoch costs more than training on it. What it
/// gives equals, bit by bit, what read_slice() and read_slice_mask() give.
///
/// The folder holds a file for each source: Hounsfield units before any window, so that the window
/// may change, or grey values; of a NIfTI volume all slices. A file that was made from another
/// state of its source (size or time of the last change differ) or whose checksums do not fit is
/// made anew. Files appear whole or not at all, so that any number of threads and processes may
/// share a folder. It may be emptied at any time.
///
/// Where the folder cannot be written or its disk is full, slices are decoded without it, with one
/// warning in the log.
class SliceCache {
 public:
  /// `folder` is made when the first slice is kept.
  explicit SliceCache(std::filesystem::path folder);
  SliceCache(const SliceCache&) = delete;
  SliceCache& operator=(const SliceCache&) = delete;

  /// The entry's slice as grey values (CV_8UC1). @throws InputError as read_slice() does.
  cv::Mat picture(const ManifestEntry& entry, const Preprocessing& preprocessing) const;

  /// The entry's annotation as 0 and 1 (CV_8UC1); empty where it has none. @throws InputError as
  /// read_slice_mask() does.
  cv::Mat mask(const ManifestEntry& entry) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  struct Source;
  [[nodiscard]] cv::Mat slice_of(const Source& source) const;
  void keep(const Source& source, const std::filesystem::path& file) const;

  std::filesystem::path folder_;
  mutable std::atomic<bool> writable_{true};
  mutable std::mutex mutex_;
  mutable std::condition_variable kept_;
  mutable std::set<std::filesystem::path> being_kept_;  // guarded by mutex_
};

}  // namespace jcs::data
