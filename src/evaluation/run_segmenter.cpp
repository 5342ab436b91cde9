#include "jcs/evaluation/run_segmenter.hpp"

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/data/features.hpp"
#include "jcs/data/read_slice.hpp"
#include "jcs/data/slice_dataset.hpp"
#include "jcs/evaluation/names.hpp"
#include "jcs/imaging/fit.hpp"

#include "slices.hpp"

namespace jcs::evaluation {

namespace {

std::vector<std::size_t> annotated_entries(const data::Manifest& manifest, bool clean_slices) {
  std::vector<std::size_t> entries;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    const data::ManifestEntry& entry = manifest.entries[i];
    if (!entry.mask.empty() || (clean_slices && entry.label == 0)) {
      entries.push_back(i);
    }
  }
  if (entries.empty()) {
    throw InputError({"no annotated slice", manifest.file.string(), "a mask in at least one line"});
  }
  return entries;
}

void require_numbers(const at::Tensor& maps, const inference::SegmenterRunner& segmenter,
                     const std::string& name) {
  if (!maps.isfinite().all().item<bool>()) {
    throw WeightsError({"the segmenter's answer is no number", segmenter.file(),
                        "probabilities from 0 to 1", "NaN for " + name});
  }
}

// Stage-1 features of a slice with its annotation, which is of their size.
struct Features {
  data::StageOneFeatures maps;
  cv::Mat mask;
};

Features read_features(const data::Manifest& manifest, std::size_t index) {
  const data::ManifestEntry& entry = manifest.entries[index];
  Features features;
  try {
    features.maps = data::read_stage_one_features(entry.image);
    features.mask = data::read_slice_mask(entry);
  } catch (const InputError& error) {
    throw InputError({error.what(), place_of(manifest, index)});
  }
  const cv::Size size(static_cast<int>(features.maps.vgg.size(2)),
                      static_cast<int>(features.maps.vgg.size(1)));
  if (features.mask.empty()) {
    features.mask = cv::Mat::zeros(size, CV_8UC1);
  } else if (features.mask.size() != size) {
    throw InputError(
        {"mask and features differ in size", place_of(manifest, index),
         std::to_string(size.width) + "x" + std::to_string(size.height),
         std::to_string(features.mask.cols) + "x" + std::to_string(features.mask.rows)});
  }
  return features;
}

// Features and pictures in one manifest would be measured at different sizes.
bool all_features(const data::Manifest& manifest, const std::vector<std::size_t>& entries) {
  const auto holds = [&](std::size_t i) { return data::holds_features(manifest.entries[i]); };
  const bool first = holds(entries.front());
  for (const std::size_t i : entries) {
    if (holds(i) != first) {
      throw InputError({"pictures and stage-1 features in one manifest", place_of(manifest, i),
                        "one kind alone"});
    }
  }
  return first;
}

}  // namespace

std::vector<PictureResult> run_segmenter(inference::SegmenterRunner& segmenter,
                                         const data::Manifest& manifest,
                                         const SegmenterRunOptions& options, Progress& progress,
                                         const std::stop_token& stop) {
  const std::vector<std::size_t> entries = annotated_entries(manifest, options.clean_slices);
  const std::vector<std::string> names = names_of(manifest);
  const Preprocessing& preprocessing = segmenter.card().preprocessing;
  std::vector<PictureResult> results;
  const auto use = [&](const Slice& slice, const cv::Mat& map) {
    const cv::Mat truth =
        slice.mask.empty() ? cv::Mat(cv::Mat::zeros(slice.grey.size(), CV_8UC1)) : slice.mask;
    const PixelSpacing spacing =
        options.spacing == PixelSpacing{} ? slice.spacing : options.spacing;
    results.push_back(score_picture(slice.name, manifest.entries[slice.entry].patient, map, truth,
                                    spacing, options.binarisation));
    if (options.on_map) {
      options.on_map(slice.name, map);
    }
    progress.update("segmenting", results.size(), entries.size());
  };
  const auto segment = [&](std::span<Slice> slices, const imaging::Fit& fit,
                           const at::Tensor& input) {
    const at::Tensor maps = segmenter.probabilities(input).to(torch::kFloat32).contiguous();
    require_numbers(maps, segmenter, slices.front().name);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      const at::Tensor map = maps[static_cast<std::int64_t>(i)];
      // Bilinear sums of values from 0 to 1 may pass 1 by a rounding.
      const cv::Mat whole = imaging::restore(
          cv::Mat(fit.input_rows, fit.input_columns, CV_32FC1, map.mutable_data_ptr<float>()), fit);
      use(slices[i], cv::min(cv::max(whole, 0.0), 1.0));
    }
  };
  if (all_features(manifest, entries)) {
    for (const std::size_t index : entries) {
      throw_if_stopped(stop);
      const Features features = read_features(manifest, index);
      const at::Tensor map = segmenter
                                 .probabilities_from_stage1(features.maps.vgg.unsqueeze(0),
                                                            features.maps.res2net.unsqueeze(0))
                                 .to(torch::kFloat32)
                                 .contiguous();
      require_numbers(map, segmenter, names[index]);
      use({index, names[index], {}, features.mask, {}},
          cv::Mat(features.mask.size(), CV_32FC1, map.mutable_data_ptr<float>()));
    }
    return results;
  }
  for_each_chunk(
      manifest, entries, names, preprocessing, static_cast<std::size_t>(segmenter.batch_size()),
      stop, [&](std::vector<Slice>& slices) { for_each_size(slices, preprocessing, segment); });
  return results;
}

}  // namespace jcs::evaluation
