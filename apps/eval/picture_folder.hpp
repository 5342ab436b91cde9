#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <opencv2/core.hpp>

#include "jcs/core/atomic_file.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::app {

/// Pictures as PNG files in a folder that appears when all are written. Beside them lies
/// `SHA256SUMS`, which `sha256sum -c` reads; an earlier folder is replaced where it holds nothing
/// but what its own list names, unchanged, and so no picture of anybody else. An empty path:
/// nothing is written.
class PictureFolder {
 public:
  /// @throws OutputError, also where an image or a mask of the manifest lies in the folder
  PictureFolder(const std::filesystem::path& folder, const data::Manifest& manifest);
  void add(const std::string& name, const cv::Mat& picture);
  void commit();

 private:
  std::optional<AtomicFolder> folder_;
  std::string sums_;
};

}  // namespace jcs::app
