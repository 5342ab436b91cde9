#include "jcs/evaluation/picture_pairs.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::evaluation {

namespace fs = std::filesystem;

namespace {

using ByName = std::map<std::string, fs::path>;

bool named_like_picture(const fs::path& file) {
  const std::string extension = lower_case(file.extension().string());
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg" || extension == ".bmp";
}

std::string name_of(const fs::path& file) {
  std::string stem = file.stem().string();
  for (const std::string_view ending : {"_prediction", "_annotation"}) {
    if (stem.size() > ending.size() && stem.ends_with(ending)) {
      return stem.substr(0, stem.size() - ending.size());
    }
  }
  return stem;
}

// With predictions and annotations in one folder, each is known by its ending.
ByName pictures_in(const fs::path& folder, std::string_view foreign_ending) {
  ByName found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path& file = it->path();
    std::error_code ignored;
    if (file.filename().string().starts_with(".") || !it->is_regular_file(ignored) ||
        !named_like_picture(file) || file.stem().string().ends_with(foreign_ending)) {
      continue;
    }
    const auto [place, is_new] = found.emplace(name_of(file), file);
    if (!is_new) {
      throw InputError({"two pictures of one name", file.string(),
                        "one picture '" + place->first + "' a folder",
                        place->second.filename().string() + " is there too"});
    }
  }
  if (error) {
    throw InputError({"folder cannot be read: " + error.message(), folder.string()});
  }
  if (found.empty()) {
    throw InputError({"no picture in this folder", folder.string(), "PNG, JPEG or BMP files"});
  }
  return found;
}

std::vector<std::string> only_in(const ByName& first, const ByName& second) {
  std::vector<std::string> names;
  for (const auto& [name, file] : first) {
    if (!second.contains(name)) {
      names.push_back(name);
    }
  }
  return names;
}

void refuse_missing(const std::vector<std::string>& names, const char* what, const fs::path& folder,
                    std::size_t wanted) {
  if (names.empty()) {
    return;
  }
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kNamed, names.size())));
  if (names.size() > kNamed) {
    shown.emplace_back("...");
  }
  throw InputError({std::to_string(names.size()) + " of " + std::to_string(wanted) + " " + what +
                        " missing: " + joined(shown),
                    folder.string(), "one for each, or --allow-missing"});
}

}  // namespace

PicturePairs find_pairs(const fs::path& predictions, const fs::path& annotations,
                        bool allow_missing) {
  const ByName predicted = pictures_in(predictions, "_annotation");
  const ByName annotated = pictures_in(annotations, "_prediction");
  const auto without_prediction = only_in(annotated, predicted);
  const auto without_annotation = only_in(predicted, annotated);
  PicturePairs result;
  for (const auto& [name, annotation] : annotated) {
    if (const auto found = predicted.find(name); found != predicted.end()) {
      result.pairs.push_back({name, found->second, annotation});
    }
  }
  if (result.pairs.empty()) {
    throw InputError({"no prediction has the name of an annotation", predictions.string(),
                      annotated.begin()->first, predicted.begin()->first});
  }
  if (!allow_missing) {
    refuse_missing(without_prediction, "predictions", predictions, annotated.size());
    refuse_missing(without_annotation, "annotations", annotations, predicted.size());
  }
  result.unpaired = without_prediction.size() + without_annotation.size();
  return result;
}

std::vector<PictureResult> score_pairs(const std::vector<PicturePair>& pairs,
                                       const PixelSpacing& spacing,
                                       const metrics::OverlapOptions& options, int threads,
                                       Progress& progress, const std::stop_token& stop) {
  std::vector<PictureResult> results(pairs.size());
  std::atomic<std::size_t> done{0};
  std::atomic<bool> has_grey{false}, has_one{false};
  parallel_for(pairs.size(), threads, stop, [&](std::size_t i) {
    const cv::Mat grey = imaging::read_picture(pairs[i].prediction, {});
    const cv::Mat annotation = imaging::read_mask(pairs[i].annotation);
    if (grey.size() != annotation.size()) {
      throw InputError({"prediction and annotation differ in size", pairs[i].prediction.string(),
                        std::to_string(annotation.cols) + "x" + std::to_string(annotation.rows),
                        std::to_string(grey.cols) + "x" + std::to_string(grey.rows)});
    }
    double highest = 0;
    cv::minMaxIdx(grey, nullptr, &highest);
    if (highest > 1) {
      has_grey = true;
    } else if (highest == 1) {
      has_one = true;
    }
    cv::Mat map(grey.size(), CV_32FC1);
    // A true division: 255 becomes 1 and no pixel differs from the thresholds k / 255.
    for (int row = 0; row < grey.rows; ++row) {
      const auto* from = grey.ptr<std::uint8_t>(row);
      std::transform(from, from + grey.cols, map.ptr<float>(row),
                     [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
    }
    results[i] = score_picture(pairs[i].name, {}, map, annotation, spacing, options);
    progress.update("scoring", ++done, pairs.size());
  });
  if (has_one && !has_grey) {
    throw InputError({"the predictions hold nothing but 0 and 1",
                      pairs.front().prediction.parent_path().string(),
                      "grey values 0 ... 255, which stand for probabilities 0 ... 1"});
  }
  return results;
}

}  // namespace jcs::evaluation
