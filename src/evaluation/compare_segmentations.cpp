#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/evaluation/comparison.hpp"
#include "jcs/evaluation/picture_result.hpp"
#include "jcs/metrics/mean.hpp"

namespace jcs::evaluation {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct Picture {
  std::string patient;
  std::int64_t opacity_area = 0;
  std::map<std::string, std::optional<double>> figures;
};
using Pictures = std::map<std::string, Picture>;

InputError no_evaluation(const fs::path& file) {
  return InputError(
      {"is no evaluation of a segmentation", file.string(), "a file that eval_seg --json wrote"});
}

// The JSON library would take `true` for 1, and 1e300 for some number of pixels.
Picture picture_of(const json& entry, const fs::path& file) {
  Picture picture;
  picture.patient = entry.value("patient", "");
  const json& area = entry.at("opacity_area");
  if (!area.is_number_unsigned()) {
    throw no_evaluation(file);
  }
  picture.opacity_area = area.get<std::int64_t>();
  for (const auto& [name, value] : figures_of({})) {
    const json& figure = entry.at(std::string(name));
    if (!figure.is_null() && !figure.is_number()) {
      throw no_evaluation(file);
    }
    picture.figures[std::string(name)] =
        figure.is_null() ? std::nullopt : std::optional<double>(figure.get<double>());
  }
  return picture;
}

Pictures read(const fs::path& file) {
  const auto all = parsed_json<json>(read_json_text(file));
  Pictures pictures;
  try {
    for (const json& entry : all.at("pictures")) {
      const auto name = entry.at("name").get<std::string>();
      if (!pictures.emplace(name, picture_of(entry, file)).second) {
        throw InputError({"two pictures have the name '" + name + "'", file.string()});
      }
    }
  } catch (const json::exception&) {
    throw no_evaluation(file);
  }
  if (pictures.empty()) {
    throw no_evaluation(file);
  }
  return pictures;
}

void require_same_pictures(const Pictures& first, const Pictures& second, const fs::path& file,
                           const fs::path& other) {
  for (const auto& [name, picture] : first) {
    const auto found = second.find(name);
    if (found == second.end()) {
      throw InputError({"lacks a picture of the other evaluation", other.string(),
                        "'" + name + "' of " + file.string()});
    }
    if (found->second.opacity_area != picture.opacity_area) {
      throw InputError({"picture '" + name + "' has another annotation in the other evaluation",
                        other.string(), std::to_string(picture.opacity_area) + " annotated pixels",
                        std::to_string(found->second.opacity_area)});
    }
  }
}

// Of whichever evaluation names one: what is resampled must not hang on which file comes first.
std::vector<std::string> patients_of(const Pictures& first, const Pictures& second,
                                     const fs::path& other) {
  std::vector<std::string> patients;
  for (const auto& [name, picture] : first) {
    const std::string& here = picture.patient;
    const std::string& there = second.at(name).patient;
    if (!here.empty() && !there.empty() && here != there) {
      throw InputError({"picture '" + name + "' is of another patient in the other evaluation",
                        other.string(), "'" + here + "'", "'" + there + "'"});
    }
    patients.push_back(here.empty() ? there : here);
  }
  return patients;
}

ComparedFigure compared(const std::string& name, const Pictures& first, const Pictures& second,
                        const std::vector<std::size_t>& groups,
                        const metrics::BootstrapOptions& options) {
  std::vector<std::optional<double>> before, after;
  metrics::Mean mean_before, mean_after;
  for (const auto& [picture, content] : first) {
    before.push_back(content.figures.at(name));
    after.push_back(second.at(picture).figures.at(name));
    if (before.back() && after.back()) {
      mean_before.add(*before.back());
      mean_after.add(*after.back());
    }
  }
  ComparedFigure figure;
  figure.name = name;
  figure.first = mean_before.value();
  figure.second = mean_after.value();
  if (const auto paired = metrics::paired_bootstrap(after, before, groups, options)) {
    figure.difference = paired->difference;
    figure.interval = paired->interval;
    figure.p_value = paired->p_value;
    figure.pairs = paired->pairs;
  }
  return figure;
}

}  // namespace

std::vector<ComparedFigure> compare_segmentations(const fs::path& first, const fs::path& second,
                                                  const metrics::BootstrapOptions& options) {
  const Pictures before = read(first), after = read(second);
  require_same_pictures(before, after, first, second);
  require_same_pictures(after, before, second, first);
  const std::vector<std::size_t> groups = groups_of(patients_of(before, after, second)).of;
  std::vector<ComparedFigure> figures;
  for (const auto& [name, value] : figures_of({})) {
    ComparedFigure figure = compared(std::string(name), before, after, groups, options);
    if (figure.pairs > 0) {
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

}  // namespace jcs::evaluation
