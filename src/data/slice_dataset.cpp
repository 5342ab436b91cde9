#include "jcs/data/slice_dataset.hpp"

#include <algorithm>

#include "jcs/core/error.hpp"
#include "jcs/imaging/fit.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::data {

namespace {

// Sets the random numbers of mixing apart from those of the slices' own augmentation.
constexpr std::uint64_t kMixing = 0x6d697875;

std::string size_of(const torch::Tensor& image) {
  return std::to_string(image.size(2)) + "x" + std::to_string(image.size(1));
}

}  // namespace

SliceDataset::SliceDataset(Manifest manifest, const SliceDatasetOptions& options)
    : manifest_(std::move(manifest)), options_(options) {
  const bool classifies = options.purpose == Purpose::kClassification;
  const auto serves = [&](const ManifestEntry& entry) {
    return classifies ? entry.label.has_value()
                      : !entry.mask.empty() || (options.clean_slices && entry.label == 0);
  };
  std::erase_if(manifest_.entries, [&](const ManifestEntry& entry) { return !serves(entry); });
  if (manifest_.entries.empty()) {
    throw InputError(
        {classifies ? "no slice has a label" : "no slice has a mask", manifest_.file.string()});
  }
  if (classifies && options.mixup_alpha > 0) {
    pairs_.emplace(manifest_.entries, options.mixup_alpha);
  }
}

Picture SliceDataset::read(const ManifestEntry& entry) const {
  const std::string where = manifest_.file.string() + ":" + std::to_string(entry.line);
  const bool wants_mask =
      options_.purpose == Purpose::kSegmentation || (options_.annotations && entry.label == 1);
  Picture slice;
  try {
    slice.grey = imaging::read_picture(entry.image, options_.preprocessing);
    if (wants_mask && !entry.mask.empty()) {
      slice.mask = imaging::read_mask(entry.mask);
    }
  } catch (const InputError& error) {
    throw InputError({error.what(), where});
  }
  if (!slice.mask.empty() && slice.mask.size() != slice.grey.size()) {
    throw InputError({"mask and picture differ in size", where,
                      std::to_string(slice.grey.cols) + "x" + std::to_string(slice.grey.rows),
                      std::to_string(slice.mask.cols) + "x" + std::to_string(slice.mask.rows)});
  }
  return slice;
}

Sample SliceDataset::prepared(std::size_t index, Random random) const {
  const ManifestEntry& entry = manifest_.entries.at(index);
  const Picture picture =
      augmented(read(entry), options_.preprocessing, options_.augmentation, random);
  Sample sample;
  sample.entry = index;
  sample.label = entry.label.value_or(0);
  sample.target = static_cast<float>(sample.label);
  const int rows = picture.grey.rows;
  const int columns = picture.grey.cols;
  sample.image = torch::empty({3, rows, columns});
  imaging::normalise(picture.grey, options_.preprocessing, sample.image.data_ptr<float>());
  sample.mask = torch::zeros({1, rows, columns});
  if (!picture.mask.empty()) {
    cv::Mat target(rows, columns, CV_32FC1, sample.mask.data_ptr<float>());
    picture.mask.convertTo(target, CV_32F);
    sample.annotated = true;
  }
  return sample;
}

Sample SliceDataset::get(std::size_t index, std::int64_t epoch) const {
  const auto number = static_cast<std::uint64_t>(epoch);
  Sample sample = prepared(index, Random(derive_seed(options_.seed, number, index)));
  if (!pairs_) {
    return sample;
  }
  Random random(derive_seed(derive_seed(options_.seed, kMixing), number, index));
  const Mix mix = pairs_->draw(index, random);
  Sample partner = prepared(mix.partner, random);
  if (partner.image.sizes() != sample.image.sizes()) {
    throw InputError(
        {"slices that are mixed differ in size after preprocessing (set resize and "
         "crop)",
         manifest_.entries[mix.partner].image.string(), size_of(sample.image),
         size_of(partner.image)});
  }
  const auto lambda = static_cast<float>(mix.lambda);
  sample.image.mul_(lambda).add_(partner.image, 1.0F - lambda);
  sample.target = lambda * sample.target + (1.0F - lambda) * partner.target;
  if (lambda < 0.5F) {
    sample.mask = partner.mask;
    sample.annotated = partner.annotated;
    sample.label = partner.label;
  }
  return sample;
}

}  // namespace jcs::data
