#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <opencv2/core.hpp>

#include "jcs/core/atomic_file.hpp"

namespace jcs::app {

/// Pictures as PNG files in a folder that appears when all are written, in place of an earlier one
/// that holds nothing but PNG files. An empty path: nothing is written.
class PictureFolder {
 public:
  /// @throws OutputError
  explicit PictureFolder(const std::filesystem::path& folder);
  void add(const std::string& name, const cv::Mat& picture);
  void commit();

 private:
  std::optional<AtomicFolder> folder_;
};

}  // namespace jcs::app
