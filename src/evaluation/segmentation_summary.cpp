#include "jcs/evaluation/segmentation_summary.hpp"

#include <array>
#include <map>
#include <set>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/metrics/mean.hpp"

namespace jcs::evaluation {

namespace {

// Figure 11 of the paper parts the slices at these values of Dice.
constexpr double kHighDice = 0.6;
constexpr double kLowDice = 0.1;

using Members = std::vector<std::size_t>;

FigureSummary figure_over(std::string name, const std::vector<std::optional<double>>& values,
                          const std::vector<std::string>& patients,
                          const metrics::BootstrapOptions& options) {
  FigureSummary summary;
  summary.name = std::move(name);
  metrics::Mean mean;
  for (const auto& value : values) {
    mean.add(value);
  }
  summary.mean = mean.value();
  summary.pictures = mean.count();
  summary.undefined = mean.undefined();
  summary.interval = metrics::bootstrap_mean(values, groups_of(patients).of, options).interval;
  return summary;
}

DiceGroup dice_of(std::string name, const std::vector<PictureResult>& pictures,
                  const Members& members, const metrics::BootstrapOptions& options) {
  std::vector<std::optional<double>> values;
  std::vector<std::string> patients;
  for (const std::size_t member : members) {
    values.push_back(pictures[member].scores.dice);
    patients.push_back(pictures[member].patient);
  }
  return {std::move(name), static_cast<std::int64_t>(members.size()),
          figure_over("dice", values, patients, options)};
}

std::vector<DiceGroup> by_area(const std::vector<PictureResult>& pictures,
                               const metrics::BootstrapOptions& options) {
  constexpr std::array kEdges = {0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0};
  const auto percent = [](double share) { return to_text(share * 100) + " %"; };
  std::vector<DiceGroup> groups;
  for (std::size_t i = 0; i + 1 < kEdges.size(); ++i) {
    Members members;
    for (std::size_t k = 0; k < pictures.size(); ++k) {
      const double share = pictures[k].opacity_share();
      if (share > kEdges[i] && share <= kEdges[i + 1]) {
        members.push_back(k);
      }
    }
    if (!members.empty()) {
      groups.push_back(
          dice_of(percent(kEdges[i]) + " - " + percent(kEdges[i + 1]), pictures, members, options));
    }
  }
  return groups;
}

std::vector<DiceGroup> by_lesions(const std::vector<PictureResult>& pictures,
                                  const metrics::BootstrapOptions& options) {
  std::map<int, Members> pairs;  // 1-2, 3-4, ... by their first number
  for (std::size_t k = 0; k < pictures.size(); ++k) {
    if (pictures[k].lesions > 0) {
      pairs[(pictures[k].lesions - 1) / 2 * 2 + 1].push_back(k);
    }
  }
  std::vector<DiceGroup> groups;
  groups.reserve(pairs.size());
  for (const auto& [first, members] : pairs) {
    groups.push_back(dice_of(std::to_string(first) + "-" + std::to_string(first + 1), pictures,
                             members, options));
  }
  return groups;
}

}  // namespace

SegmentationSummary summarise(const std::vector<PictureResult>& pictures,
                              const metrics::BootstrapOptions& options) {
  if (pictures.empty()) {
    throw InputError({.what = "no pictures to evaluate"});
  }
  SegmentationSummary summary;
  summary.pictures = static_cast<std::int64_t>(pictures.size());
  std::set<std::string> names;
  std::vector<std::string> patients;
  patients.reserve(pictures.size());
  for (const PictureResult& picture : pictures) {
    patients.push_back(picture.patient);
    summary.unknown += picture.patient.empty() ? 1 : 0;
    if (!picture.patient.empty()) {
      names.insert(picture.patient);
    }
    summary.pooled += picture.scores.pixels;
    if (picture.opacity_area == 0) {
      ++summary.empty_annotations;
      summary.false_alarms += picture.scores.pixels.fp > 0 ? 1 : 0;
    } else if (const double dice = picture.scores.dice.value_or(0.0); dice >= kHighDice) {
      ++summary.high_dice;
    } else {
      ++(dice >= kLowDice ? summary.middle_dice : summary.low_dice);
    }
  }
  summary.patients = static_cast<std::int64_t>(names.size());

  std::vector<std::vector<NamedFigure>> figures;
  figures.reserve(pictures.size());
  for (const PictureResult& picture : pictures) {
    figures.push_back(figures_of(picture.scores));
  }
  for (std::size_t i = 0; i < figures.front().size(); ++i) {
    std::vector<std::optional<double>> values;
    values.reserve(figures.size());
    for (const auto& picture : figures) {
      values.push_back(picture[i].second);
    }
    summary.figures.push_back(
        figure_over(std::string(figures.front()[i].first), values, patients, options));
  }
  summary.by_area = by_area(pictures, options);
  summary.by_lesions = by_lesions(pictures, options);
  return summary;
}

}  // namespace jcs::evaluation
