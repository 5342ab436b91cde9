#include "jcs/data/augmentation.hpp"

#include <cmath>
#include <functional>

#include <opencv2/imgproc.hpp>

#include "jcs/imaging/fit.hpp"

namespace jcs::data {

namespace {

void for_both(Picture& picture, const std::function<void(cv::Mat&, bool is_mask)>& change) {
  change(picture.grey, false);
  if (!picture.mask.empty()) {
    change(picture.mask, true);
  }
}

void flip(Picture& picture, int axis) {
  for_both(picture, [&](cv::Mat& m, bool) {
    cv::Mat flipped;
    cv::flip(m, flipped, axis);
    m = flipped;
  });
}

void turn(Picture& picture, double degrees) {
  const cv::Point2f centre(static_cast<float>(picture.grey.cols - 1) / 2.0F,
                           static_cast<float>(picture.grey.rows - 1) / 2.0F);
  const cv::Mat matrix = cv::getRotationMatrix2D(centre, degrees, 1.0);
  for_both(picture, [&](cv::Mat& m, bool is_mask) {
    cv::Mat turned;
    cv::warpAffine(m, turned, matrix, m.size(), is_mask ? cv::INTER_NEAREST : cv::INTER_LINEAR);
    m = turned;
  });
}

// Each side loses its own random share; the rest is resized back, which also zooms and shifts.
void remove_margin(Picture& picture, double margin, Random& random) {
  const cv::Size size = picture.grey.size();
  const auto cut = [&](int length) {
    return static_cast<int>(
        random.integer(0, static_cast<std::int64_t>(std::floor(length * margin))));
  };
  const int left = cut(size.width);
  const int right = cut(size.width);
  const int top = cut(size.height);
  const int bottom = cut(size.height);
  const cv::Rect rest(left, top, size.width - left - right, size.height - top - bottom);
  for_both(picture, [&](cv::Mat& m, bool is_mask) {
    cv::Mat resized;
    // The other nearest neighbour would shift masks by half a pixel against their pictures.
    cv::resize(m(rest), resized, size, 0, 0, is_mask ? cv::INTER_NEAREST_EXACT : cv::INTER_LINEAR);
    m = resized;
  });
}

}  // namespace

Picture augmented(const Picture& slice, const Preprocessing& preprocessing,
                  const AugmentationOptions& options, Random random) {
  imaging::Fit fit = imaging::fit(slice.grey.rows, slice.grey.cols, preprocessing);
  // Every number is drawn whether it is used or not, so that switching one option on leaves the
  // others' alone.
  const double flip_h = random.uniform();
  const double flip_v = random.uniform();
  const double crop_x = random.uniform();
  const double crop_y = random.uniform();
  const double degrees = random.uniform(-1, 1) * options.rotation;
  const double contrast = 1.0 + random.uniform(-1, 1) * options.contrast;
  const double brightness = random.uniform(-1, 1) * options.brightness * 255.0;
  const double margin = random.uniform();

  if (options.random_crop) {
    fit.left = static_cast<int>(std::floor(crop_x * (fit.resized_columns - fit.input_columns + 1)));
    fit.top = static_cast<int>(std::floor(crop_y * (fit.resized_rows - fit.input_rows + 1)));
  }
  Picture picture;
  picture.grey = imaging::apply(fit, slice.grey);
  if (!slice.mask.empty()) {
    picture.mask = imaging::apply_to_mask(fit, slice.mask);
  }
  if (flip_h < options.flip_horizontal) {
    flip(picture, 1);
  }
  if (flip_v < options.flip_vertical) {
    flip(picture, 0);
  }
  if (options.margin > 0 && margin < options.margin_probability) {
    remove_margin(picture, options.margin, random);
  }
  if (degrees != 0) {
    turn(picture, degrees);
  }
  if (contrast != 1 || brightness != 0) {
    cv::Mat changed;
    picture.grey.convertTo(changed, CV_8U, contrast, brightness + 127.5 * (1.0 - contrast));
    picture.grey = changed;
  }
  return picture;
}

}  // namespace jcs::data
