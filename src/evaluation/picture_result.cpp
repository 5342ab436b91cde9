#include "jcs/evaluation/picture_result.hpp"

#include <algorithm>
#include <map>

#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"

namespace jcs::evaluation {

namespace {

std::string size_text(const cv::Mat& picture) {
  return std::to_string(picture.cols) + "x" + std::to_string(picture.rows);
}

// Rows of a cv::Mat may lie apart; the metrics take one piece.
cv::Mat in_one_piece(const cv::Mat& picture) {
  return picture.isContinuous() ? picture : picture.clone();
}

}  // namespace

PictureResult score_picture(std::string name, std::string patient, const cv::Mat& map,
                            const cv::Mat& annotation, const PixelSpacing& spacing,
                            const metrics::OverlapOptions& options) {
  if (map.size() != annotation.size()) {
    throw InputError(
        {"prediction and annotation differ in size", name, size_text(annotation), size_text(map)});
  }
  PictureResult result;
  result.name = std::move(name);
  result.patient = std::move(patient);
  result.rows = map.rows;
  result.columns = map.cols;
  const cv::Mat values = in_one_piece(map);
  const cv::Mat truth = in_one_piece(annotation);
  try {
    result.scores = metrics::picture_scores({values.ptr<float>(), values.total()},
                                            {truth.ptr<std::uint8_t>(), truth.total()},
                                            {.rows = map.rows,
                                             .columns = map.cols,
                                             .row_spacing_mm = spacing.row_mm,
                                             .column_spacing_mm = spacing.column_mm},
                                            options);
  } catch (const InputError& error) {
    throw InputError({error.what(), result.name});
  }
  result.opacity_area = cv::countNonZero(truth);
  if (result.opacity_area > 0) {
    cv::Mat labels;
    result.lesions = cv::connectedComponents(truth, labels, 8, CV_32S) - 1;
  }
  return result;
}

std::vector<NamedFigure> figures_of(const metrics::PictureScores& scores) {
  return {{"dice", scores.dice},
          {"iou", scores.iou},
          {"sensitivity", scores.sensitivity},
          {"specificity", scores.specificity},
          {"precision", scores.precision},
          {"mae", scores.mae},
          {"f", scores.f},
          {"weighted_f", scores.weighted_f},
          {"s_measure", scores.s_measure},
          {"e_adaptive", scores.e.adaptive},
          {"e_mean", scores.e.mean},
          {"e_max", scores.e.maximum},
          {"surface_distance_mm", scores.surface_distance_mm},
          {"hausdorff95_mm", scores.hausdorff95_mm}};
}

Groups groups_of(const std::vector<std::string>& patients) {
  Groups groups;
  std::map<std::string, std::size_t> known;
  for (const std::string& patient : patients) {
    if (patient.empty()) {
      groups.of.push_back(groups.count++);
      continue;
    }
    const auto [found, is_new] = known.emplace(patient, groups.count);
    groups.count += is_new ? 1 : 0;
    groups.of.push_back(found->second);
  }
  return groups;
}

std::size_t groups_with(const Groups& groups, const std::function<bool(std::size_t)>& holds) {
  std::vector<bool> found(groups.count, false);
  for (std::size_t i = 0; i < groups.of.size(); ++i) {
    if (holds(i)) {
      found[groups.of[i]] = true;
    }
  }
  return static_cast<std::size_t>(std::count(found.begin(), found.end(), true));
}

}  // namespace jcs::evaluation
