#include "scanner.hpp"

#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/random.hpp"

namespace jcs::imaging::phantom {

namespace {

// White noise with a standard deviation of one, fast: the sum of four uniform numbers.
void fill_noise(cv::Mat& noise, std::uint64_t seed) {
  Random random(seed);
  const auto draw = [&random] {
    const auto bits = static_cast<std::uint64_t>(random.integer(INT64_MIN, INT64_MAX));
    const auto sum =
        (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
    constexpr double kMean = 2 * 65535.0;
    constexpr double kDeviation = 37837.23;  // of the sum: 65536 / sqrt(3)
    return static_cast<float>((static_cast<double>(sum) - kMean) / kDeviation);
  };
  std::generate(noise.begin<float>(), noise.end<float>(), draw);
}

std::vector<std::uint8_t> majority(std::vector<std::uint8_t>& fine, int rows, int columns,
                                   int samples) {
  const cv::Mat in(rows * samples, columns * samples, CV_8U, fine.data());
  cv::Mat share;
  in.convertTo(share, CV_32F);
  cv::resize(share, share, {columns, rows}, 0, 0, cv::INTER_AREA);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  std::transform(share.begin<float>(), share.end<float>(), out.begin(),
                 [](float value) { return static_cast<std::uint8_t>(value >= 0.5F ? 1 : 0); });
  return out;
}

}  // namespace

Scanner::Scanner(const PhantomOptions& options, double column_spacing, double row_spacing)
    : rows_(options.rows), columns_(options.columns) {
  const bool sharp = options.kernel == PhantomOptions::Kernel::kSharp;
  const double blur_mm = sharp ? 0.45 : 0.75;
  samples_ =
      std::clamp(static_cast<int>(std::lround(std::max(column_spacing, row_spacing) / 1.4)), 1, 4);
  blur_x_ = std::max(0.45, blur_mm / column_spacing);
  blur_y_ = std::max(0.45, blur_mm / row_spacing);
  grain_ = sharp ? 0.4 : 0.65;
  noise_ = options.noise_hu * (sharp ? 1.6 : 1.0);
}

SliceTruth Scanner::scan(SliceTruth fine, std::uint64_t noise_seed) const {
  SliceTruth slice = std::move(fine);
  if (samples_ > 1) {
    const cv::Mat in(rows_ * samples_, columns_ * samples_, CV_32F, slice.hu.data());
    std::vector<float> averaged(static_cast<std::size_t>(rows_) *
                                static_cast<std::size_t>(columns_));
    cv::Mat out(rows_, columns_, CV_32F, averaged.data());
    cv::resize(in, out, out.size(), 0, 0, cv::INTER_AREA);
    slice.hu = std::move(averaged);
    slice.lungs = majority(slice.lungs, rows_, columns_, samples_);
    slice.mask = majority(slice.mask, rows_, columns_, samples_);
  }
  cv::Mat hu(rows_, columns_, CV_32F, slice.hu.data());
  cv::GaussianBlur(hu, hu, {}, blur_x_, blur_y_, cv::BORDER_REPLICATE);
  if (noise_ > 0) {
    cv::Mat noise(rows_, columns_, CV_32F);
    fill_noise(noise, noise_seed);
    cv::GaussianBlur(noise, noise, {}, grain_, grain_, cv::BORDER_REFLECT_101);
    // The blur has weakened the noise; bring it to the wanted strength again.
    const cv::Mat kernel = cv::getGaussianKernel(7, grain_, CV_64F);
    cv::scaleAdd(noise, noise_ / kernel.dot(kernel), hu, hu);
  }
  return slice;
}

}  // namespace jcs::imaging::phantom
