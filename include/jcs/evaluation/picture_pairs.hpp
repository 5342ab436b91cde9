#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/evaluation/picture_result.hpp"

namespace jcs::evaluation {

/// A predicted map and the annotation that it is compared with.
struct PicturePair {
  std::string name;  ///< what both names have in common
  std::filesystem::path prediction, annotation;
};

/// Pairs the pictures (PNG, JPEG, BMP) right in two folders by their names without extension; a
/// trailing `_prediction` or `_annotation` does not count. Sorted by name.
/// @throws InputError when a folder holds no picture, two pictures of a folder have one name, or
/// some have no partner; with `allow_missing` the latter are left out and counted in `unpaired`,
/// as long as one pair is left.
struct PicturePairs {
  std::vector<PicturePair> pairs;
  std::size_t unpaired = 0;
};
PicturePairs find_pairs(const std::filesystem::path& predictions,
                        const std::filesystem::path& annotations, bool allow_missing);

/// Scores pairs of pictures: grey values 0 … 255 of the prediction are probabilities 0 … 1.
/// `threads` read and score; 0: one per core. Order and figures do not depend on them.
/// @throws InputError naming the file: no picture, colours, sizes that differ, an annotation that
/// is none, predictions that hold nothing but 0 and 1; Interrupted.
std::vector<PictureResult> score_pairs(const std::vector<PicturePair>& pairs,
                                       const PixelSpacing& spacing,
                                       const metrics::OverlapOptions& options, int threads,
                                       Progress& progress, const std::stop_token& stop);

}  // namespace jcs::evaluation
