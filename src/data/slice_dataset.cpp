#include "jcs/data/slice_dataset.hpp"

#include <algorithm>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/features.hpp"
#include "jcs/data/read_slice.hpp"
#include "jcs/imaging/fit.hpp"

#include "size_text.hpp"

namespace jcs::data {

namespace {

// Sets the random numbers of mixing apart from those of the slices' own augmentation.
constexpr std::uint64_t kMixing = 0x6d697875;
// The same of a slice that an epoch has shown already.
constexpr std::uint64_t kShownAgain = 0x61676169;

// These two are written out for the reason that the loader gives for its copies.
torch::Tensor empty_mask(std::int64_t rows, std::int64_t columns) {
  torch::Tensor mask = torch::empty({1, rows, columns});
  std::fill_n(mask.data_ptr<float>(), mask.numel(), 0.0F);
  return mask;
}

void mix_into(torch::Tensor& image, const torch::Tensor& partner, float lambda) {
  float* values = image.data_ptr<float>();
  std::transform(values, values + image.numel(), partner.data_ptr<float>(), values,
                 [=](float a, float b) { return lambda * a + (1.0F - lambda) * b; });
}

}  // namespace

bool holds_features(const ManifestEntry& entry) { return has_ending(entry.image, ".mat"); }

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
  check_features();
  if (!options.cache.empty()) {
    cache_ = std::make_shared<const SliceCache>(options.cache);
  }
  if (classifies && options.mixup_alpha > 0) {
    pairs_.emplace(manifest_.entries, options.mixup_alpha,
                   groups_of(manifest_.entries, options.balance));
  }
}

std::string SliceDataset::where(const ManifestEntry& entry) const {
  return manifest_.file.string() + ":" + std::to_string(entry.line);
}

void SliceDataset::check_features() const {
  const auto& entries = manifest_.entries;
  const auto found = std::find_if(entries.begin(), entries.end(), holds_features);
  if (found == entries.end()) {
    return;
  }
  if (options_.purpose == Purpose::kClassification) {
    throw InputError(
        {"a classifier learns from pictures", where(*found), "a picture", "stage-1 features"});
  }
  const auto picture = std::find_if_not(entries.begin(), entries.end(), holds_features);
  if (picture != entries.end()) {
    throw InputError(
        {"pictures and stage-1 features in one manifest", where(*picture), "one kind alone"});
  }
  AugmentationOptions flips;
  flips.flip_horizontal = options_.augmentation.flip_horizontal;
  flips.flip_vertical = options_.augmentation.flip_vertical;
  flips.margin_probability = options_.augmentation.margin_probability;
  if (!(flips == options_.augmentation)) {
    throw UsageError({"stage-1 features can be flipped but not changed otherwise", "augmentation",
                      "flip_horizontal and flip_vertical alone"});
  }
}

cv::Mat SliceDataset::read_mask_of(const ManifestEntry& entry) const {
  return cache_ ? cache_->mask(entry) : read_slice_mask(entry);
}

Picture SliceDataset::read(const ManifestEntry& entry) const {
  const bool wants_mask =
      options_.purpose == Purpose::kSegmentation || (options_.annotations && entry.label == 1);
  Picture slice;
  try {
    slice.grey = cache_ ? cache_->picture(entry, options_.preprocessing)
                        : read_slice(entry, options_.preprocessing);
    if (wants_mask) {
      slice.mask = read_mask_of(entry);
    }
  } catch (const InputError& error) {
    throw InputError({error.what(), where(entry)});
  }
  if (!slice.mask.empty() && slice.mask.size() != slice.grey.size()) {
    throw InputError({"mask and picture differ in size", where(entry),
                      std::to_string(slice.grey.cols) + "x" + std::to_string(slice.grey.rows),
                      std::to_string(slice.mask.cols) + "x" + std::to_string(slice.mask.rows)});
  }
  return slice;
}

Sample SliceDataset::features_of(std::size_t index, Random random) const {
  const ManifestEntry& entry = manifest_.entries.at(index);
  Sample sample;
  sample.entry = index;
  sample.label = entry.label.value_or(0);
  sample.target = static_cast<float>(sample.label);
  cv::Mat mask;
  try {
    const StageOneFeatures features = read_stage_one_features(entry.image);
    sample.encoder_first = features.vgg;
    sample.classifier_stem = features.res2net;
    mask = read_mask_of(entry);
  } catch (const InputError& error) {
    throw InputError({error.what(), where(entry)});
  }
  const std::int64_t rows = sample.encoder_first.size(1);
  const std::int64_t columns = sample.encoder_first.size(2);
  sample.mask = empty_mask(rows, columns);
  if (!mask.empty()) {
    if (mask.rows != rows || mask.cols != columns) {
      throw InputError({"mask and features differ in size", where(entry),
                        std::to_string(columns) + "x" + std::to_string(rows),
                        std::to_string(mask.cols) + "x" + std::to_string(mask.rows)});
    }
    cv::Mat target(mask.rows, mask.cols, CV_32FC1, sample.mask.data_ptr<float>());
    mask.convertTo(target, CV_32F);
    sample.annotated = true;
  }
  const auto flip = [&](double probability, std::int64_t axis) {
    if (random.uniform() < probability) {
      for (torch::Tensor* map : {&sample.encoder_first, &sample.classifier_stem, &sample.mask}) {
        *map = map->flip({axis}).contiguous();
      }
    }
  };
  flip(options_.augmentation.flip_horizontal, 2);
  flip(options_.augmentation.flip_vertical, 1);
  return sample;
}

Sample SliceDataset::prepared(std::size_t index, Random random) const {
  if (gives_features()) {
    return features_of(index, random);
  }
  const ManifestEntry& entry = manifest_.entries.at(index);
  const Picture slice = read(entry);
  Picture picture;
  try {
    picture = augmented(slice, options_.preprocessing, options_.augmentation, random);
  } catch (const InputError& error) {
    throw InputError({error.what(), where(entry)});
  }
  Sample sample;
  sample.entry = index;
  sample.label = entry.label.value_or(0);
  sample.target = static_cast<float>(sample.label);
  const int rows = picture.grey.rows;
  const int columns = picture.grey.cols;
  sample.image = torch::empty({3, rows, columns});
  imaging::normalise(picture.grey, options_.preprocessing, sample.image.data_ptr<float>());
  sample.mask = empty_mask(rows, columns);
  if (!picture.mask.empty()) {
    cv::Mat target(rows, columns, CV_32FC1, sample.mask.data_ptr<float>());
    picture.mask.convertTo(target, CV_32F);
    sample.annotated = true;
  }
  return sample;
}

Sample SliceDataset::get(std::size_t index, std::int64_t epoch, std::uint64_t again) const {
  const auto number = static_cast<std::uint64_t>(epoch);
  const std::uint64_t seed =
      again == 0 ? options_.seed : derive_seed(options_.seed, kShownAgain, again);
  Sample sample = prepared(index, Random(derive_seed(seed, number, index)));
  if (!pairs_) {
    return sample;
  }
  Random random(derive_seed(derive_seed(seed, kMixing), number, index));
  const Mix mix = pairs_->draw(index, random);
  Sample partner = prepared(mix.partner, random);
  if (partner.image.sizes() != sample.image.sizes()) {
    throw InputError(
        {"slices that are mixed differ in size after preprocessing (set resize and "
         "crop)",
         manifest_.entries[mix.partner].image.string(), size_text(sample.image),
         size_text(partner.image)});
  }
  const auto lambda = static_cast<float>(mix.lambda);
  mix_into(sample.image, partner.image, lambda);
  sample.target = lambda * sample.target + (1.0F - lambda) * partner.target;
  if (lambda < 0.5F) {
    sample.mask = partner.mask;
    sample.annotated = partner.annotated;
    sample.label = partner.label;
  }
  return sample;
}

}  // namespace jcs::data
