#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/evaluation/comparison.hpp"
#include "jcs/evaluation/picture_result.hpp"

namespace jcs::evaluation {

namespace fs = std::filesystem;

namespace {

using Key = std::pair<std::string, std::string>;  // patient, slice

std::map<Key, SlicePrediction> labelled_slices(const fs::path& file) {
  std::map<Key, SlicePrediction> slices;
  for (SlicePrediction& slice : read_predictions(file)) {
    if (slice.label) {
      slices.emplace(Key{slice.patient, slice.slice}, std::move(slice));
    }
  }
  if (slices.empty()) {
    throw InputError({"no slice is labelled", file.string(), "labels 1 or 0"});
  }
  return slices;
}

void require_same(const std::map<Key, SlicePrediction>& first,
                  const std::map<Key, SlicePrediction>& second, const fs::path& file,
                  const fs::path& other) {
  for (const auto& [key, slice] : first) {
    const std::string name = "slice '" + key.second + "' of patient '" + key.first + "'";
    const auto found = second.find(key);
    if (found == second.end()) {
      throw InputError({"lacks a labelled slice of the other file", other.string(),
                        name + " as in " + file.string()});
    }
    if (found->second.label != slice.label) {
      throw InputError({name + " has another label in the other file", other.string(),
                        *slice.label ? "1" : "0", *found->second.label ? "1" : "0"});
    }
  }
}

// The slices of both files side by side, and what resampling patients makes of them.
class Pairs {
 public:
  Pairs(const std::map<Key, SlicePrediction>& first, const std::map<Key, SlicePrediction>& second) {
    std::vector<std::string> patients;
    for (const auto& [key, slice] : first) {
      before_.push_back({slice.probability, *slice.label});
      after_.push_back({second.at(key).probability, *slice.label});
      patients.push_back(key.first);
    }
    groups_ = groups_of(patients);
  }

  using Figure = std::function<std::optional<double>(bool second, std::span<const std::int32_t>)>;

  /// `of_positives`, `of_negatives`: which slices the figure is made of.
  ComparedFigure compared(std::string name, const Figure& figure, bool of_positives,
                          bool of_negatives, const metrics::BootstrapOptions& options) const {
    const std::vector<std::int32_t> all(groups_.count, 1);
    ComparedFigure result;
    result.name = std::move(name);
    result.first = figure(false, all);
    result.second = figure(true, all);
    result.pairs = static_cast<std::int64_t>(before_.size());
    if (!result.first || !result.second) {
      return result;
    }
    result.difference = *result.second - *result.first;
    if ((of_positives && patients_with(true) < 2) || (of_negatives && patients_with(false) < 2)) {
      return result;
    }
    std::vector<double> drawn;
    const auto difference = [&](std::span<const std::int32_t> weight) -> std::optional<double> {
      const auto before = figure(false, weight), after = figure(true, weight);
      if (!before || !after) {
        return std::nullopt;
      }
      return drawn.emplace_back(*after - *before);
    };
    result.interval = metrics::bootstrap(groups_.count, difference, options).interval;
    if (!drawn.empty()) {
      result.p_value = metrics::two_sided_p(
          drawn, of_positives && of_negatives ? groups_.count : patients_with(of_positives));
    }
    return result;
  }

  [[nodiscard]] std::size_t patients_with(bool truth) const {
    return groups_with(groups_, [&](std::size_t i) { return before_[i].truth == truth; });
  }

  [[nodiscard]] Figure area() const {
    auto before = std::make_shared<metrics::RankedCases>(before_, groups_.of);
    auto after = std::make_shared<metrics::RankedCases>(after_, groups_.of);
    return [before, after](bool second, std::span<const std::int32_t> weight) {
      return (second ? after : before)->roc_area(weight);
    };
  }

  [[nodiscard]] Figure rate(std::optional<double> (*of)(const metrics::Confusion&),
                            double threshold) const {
    return [this, of, threshold](bool second, std::span<const std::int32_t> weight) {
      const auto& cases = second ? after_ : before_;
      metrics::Confusion counts;
      for (std::size_t i = 0; i < cases.size(); ++i) {
        const bool predicted = cases[i].probability > threshold;
        auto& count = predicted ? (cases[i].truth ? counts.tp : counts.fp)
                                : (cases[i].truth ? counts.fn : counts.tn);
        count += weight[groups_.of[i]];
      }
      return of(counts);
    };
  }

 private:
  std::vector<metrics::ScoredCase> before_, after_;
  Groups groups_;
};

}  // namespace

std::vector<ComparedFigure> compare_classifications(const fs::path& first, const fs::path& second,
                                                    const ClassificationOptions& options) {
  require_valid(options);
  const auto before = labelled_slices(first), after = labelled_slices(second);
  require_same(before, after, first, second);
  require_same(after, before, second, first);
  const Pairs pairs(before, after);
  const double threshold = options.slice_probability;
  const auto& bootstrap = options.bootstrap;
  return {
      pairs.compared("roc_area", pairs.area(), true, true, bootstrap),
      pairs.compared("sensitivity", pairs.rate(metrics::sensitivity, threshold), true, false,
                     bootstrap),
      pairs.compared("specificity", pairs.rate(metrics::specificity, threshold), false, true,
                     bootstrap),
      pairs.compared("accuracy", pairs.rate(metrics::accuracy, threshold), true, true, bootstrap)};
}

}  // namespace jcs::evaluation
