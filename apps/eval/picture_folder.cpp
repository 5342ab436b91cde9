#include "eval/picture_folder.hpp"

#include "jcs/imaging/overlay.hpp"

namespace jcs::app {

PictureFolder::PictureFolder(const std::filesystem::path& folder) {
  if (!folder.empty()) {
    folder_.emplace(folder, [](const std::filesystem::path& earlier) {
      for (const auto& entry : std::filesystem::directory_iterator(earlier)) {
        if (entry.path().extension() != ".png") {
          return false;
        }
      }
      return true;
    });
  }
}

void PictureFolder::add(const std::string& name, const cv::Mat& picture) {
  if (folder_) {
    write_file(folder_->path() / (name + ".png"), imaging::encode_png(picture));
  }
}

void PictureFolder::commit() {
  if (folder_) {
    folder_->commit();
  }
}

}  // namespace jcs::app
