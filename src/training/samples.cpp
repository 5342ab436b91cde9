#include "samples.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>
#include <torch/torch.h>

#include "jcs/imaging/overlay.hpp"

namespace jcs::training {

namespace {

constexpr std::size_t kSamples = 6;
constexpr int kWidth = 256;
constexpr imaging::Colour kAnnotation{60, 220, 90};
constexpr imaging::Colour kPrediction{235, 60, 60};

cv::Mat as_bytes(const torch::Tensor& plane) {
  const torch::Tensor bytes = plane.to(torch::kUInt8).contiguous();
  return cv::Mat(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)), CV_8UC1,
                 bytes.data_ptr<std::uint8_t>())
      .clone();
}

// The slice's grey values before it was normalised.
cv::Mat grey_of(const data::Sample& sample, const Preprocessing& preprocessing) {
  const auto grey = (sample.image[0] * preprocessing.std[0] + preprocessing.mean[0]) * 255.0;
  return as_bytes(grey.round().clamp(0, 255));
}

cv::Mat large(const cv::Mat& mask, cv::Size size) {
  cv::Mat out;
  cv::resize(mask, out, size, 0, 0, cv::INTER_NEAREST);
  return out;
}

void outline(cv::Mat& picture, const torch::Tensor& mask, imaging::Colour colour) {
  imaging::draw_outline(picture, large(as_bytes(mask), picture.size()), colour);
}

}  // namespace

std::vector<std::size_t> sample_indices(std::size_t size) {
  std::vector<std::size_t> indices;
  const std::size_t count = std::min(size, kSamples);
  for (std::size_t i = 0; i < count; ++i) {
    indices.push_back(i * size / count);
  }
  return indices;
}

cv::Mat outlined(const data::Sample& sample, const Preprocessing& preprocessing,
                 const torch::Tensor& mask) {
  cv::Mat picture =
      imaging::to_colour(imaging::scaled_to_width(grey_of(sample, preprocessing), kWidth));
  outline(picture, sample.mask[0], kAnnotation);
  outline(picture, mask, kPrediction);
  return picture;
}

cv::Mat heated(const data::Sample& sample, const Preprocessing& preprocessing,
               const torch::Tensor& map) {
  const cv::Mat grey = imaging::scaled_to_width(grey_of(sample, preprocessing), kWidth);
  const torch::Tensor values = map.to(torch::kFloat).contiguous();
  const cv::Mat coarse(static_cast<int>(values.size(0)), static_cast<int>(values.size(1)), CV_32FC1,
                       values.data_ptr<float>());
  cv::Mat fine;
  cv::resize(coarse, fine, grey.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat picture = imaging::with_heat(grey, fine);
  outline(picture, sample.mask[0], kAnnotation);
  return picture;
}

std::vector<std::byte> in_a_row(const std::vector<cv::Mat>& pictures) {
  if (pictures.empty()) {
    return {};
  }
  // Slices of several shapes share the least height.
  int height = pictures.front().rows;
  for (const cv::Mat& picture : pictures) {
    height = std::min(height, picture.rows);
  }
  std::vector<cv::Mat> cut;
  cut.reserve(pictures.size());
  for (const cv::Mat& picture : pictures) {
    cut.push_back(picture.rowRange(0, height));
  }
  cv::Mat row;
  cv::hconcat(cut, row);
  return imaging::encode_png(row);
}

}  // namespace jcs::training
