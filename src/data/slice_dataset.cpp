#include "jcs/data/slice_dataset.hpp"

#include <algorithm>

#include "jcs/core/error.hpp"
#include "jcs/imaging/fit.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::data {

SliceDataset::SliceDataset(Manifest manifest, Purpose purpose, Preprocessing preprocessing,
                           AugmentationOptions augmentation, std::uint64_t seed, bool clean_slices)
    : manifest_(std::move(manifest)),
      purpose_(purpose),
      preprocessing_(preprocessing),
      augmentation_(augmentation),
      seed_(seed) {
  const auto serves = [&](const ManifestEntry& entry) {
    return purpose == Purpose::kClassification
               ? entry.label.has_value()
               : !entry.mask.empty() || (clean_slices && entry.label == 0);
  };
  std::erase_if(manifest_.entries, [&](const ManifestEntry& entry) { return !serves(entry); });
  if (manifest_.entries.empty()) {
    throw InputError(
        {purpose == Purpose::kClassification ? "no slice has a label" : "no slice has a mask",
         manifest_.file.string()});
  }
}

Sample SliceDataset::get(std::size_t index, std::int64_t epoch) const {
  const ManifestEntry& entry = manifest_.entries.at(index);
  const std::string where = manifest_.file.string() + ":" + std::to_string(entry.line);
  Picture slice;
  try {
    slice.grey = imaging::read_picture(entry.image, preprocessing_);
    if (purpose_ == Purpose::kSegmentation && !entry.mask.empty()) {
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
  const Picture picture =
      augmented(slice, preprocessing_, augmentation_,
                Random(derive_seed(seed_, static_cast<std::uint64_t>(epoch), index)));
  Sample sample;
  sample.entry = index;
  sample.label = entry.label.value_or(0);
  const int rows = picture.grey.rows;
  const int columns = picture.grey.cols;
  sample.image = torch::empty({3, rows, columns});
  imaging::normalise(picture.grey, preprocessing_, sample.image.data_ptr<float>());
  sample.mask = torch::zeros({1, rows, columns});
  if (!picture.mask.empty()) {
    cv::Mat target(rows, columns, CV_32FC1, sample.mask.data_ptr<float>());
    picture.mask.convertTo(target, CV_32F);
  }
  return sample;
}

}  // namespace jcs::data
