#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/preprocessing.hpp"

#include "support/temp_dir.hpp"

namespace jcs::test {

/// A folder of small pictures with masks and their manifest. Picture i is grey i + 10 with a bright
/// square whose place depends on i; the mask is that square. Sets of patients of another name have
/// other squares, so that no picture stands in both.
class PictureSet {
 public:
  explicit PictureSet(int count, int rows = 32, int columns = 32,
                      const std::string& patient = "p") {
    std::ofstream csv(manifest());
    csv << "image,mask,label,patient,source\n";
    for (int i = 0; i < count; ++i) {
      cv::Mat grey(rows, columns, CV_8UC1, cv::Scalar(i + 10));
      cv::Mat mask(rows, columns, CV_8UC1, cv::Scalar(0));
      const cv::Rect square(2 + i % 5, 3 + i % 7, 8, 6);
      grey(square).setTo(200 + patient.front() - 'p');
      mask(square).setTo(255);
      const std::string name = std::to_string(i) + ".png";
      cv::imwrite((dir_ / name).string(), grey);
      cv::imwrite((dir_ / ("mask_" + name)).string(), mask);
      csv << name << ",mask_" << name << "," << i % 2 << "," << patient << i / 2 << ",test\n";
    }
  }
  [[nodiscard]] std::filesystem::path manifest() const { return dir_ / "set.csv"; }
  [[nodiscard]] const std::filesystem::path& path() const { return dir_.path(); }

 private:
  TempDir dir_;
};

/// Preprocessing that keeps the pictures as they are.
inline Preprocessing plain_preprocessing() {
  Preprocessing preprocessing;
  preprocessing.resize = 0;
  preprocessing.crop = 0;
  preprocessing.mean = {0, 0, 0};
  preprocessing.std = {1, 1, 1};
  return preprocessing;
}

}  // namespace jcs::test
