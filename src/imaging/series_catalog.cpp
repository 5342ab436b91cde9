#include "series_catalog.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "acquisitions.hpp"
#include "vector3.hpp"

namespace jcs::imaging {
namespace {

// Secondary capture in all its forms: 1.2.840.10008.5.1.4.1.1.7, ...7.1 to ...7.4.
constexpr std::string_view kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

std::string key_of(const SliceHeader& slice) {
  const SeriesInfo& info = *slice.series;
  if (!info.series_uid.empty()) return info.series_uid;
  std::vector<std::string> parts = {"",
                                    info.study_uid,
                                    info.patient_id,
                                    info.patient_name,
                                    info.study_date,
                                    std::to_string(info.series_number),
                                    info.series_description,
                                    info.modality,
                                    info.convolution_kernel,
                                    slice.info.sop_class_uid,
                                    *slice.image_type,
                                    std::to_string(slice.rows),
                                    std::to_string(slice.columns)};
  if (slice.row_direction) {
    for (const Vec3& direction : {*slice.row_direction, *slice.column_direction}) {
      for (const double part : direction) parts.push_back(std::to_string(std::lround(part * 100)));
    }
  }
  return joined(parts, "\n");
}

std::string orientation_name(const SliceHeader& slice) {
  if (!slice.row_direction) return "unknown";
  const Vec3 normal = slice_normal(*slice.row_direction, *slice.column_direction);
  const std::size_t axis = nearest_axis(normal);
  // Up to 37 degrees: a tilted gantry still makes axial slices.
  if (normal[axis] < 0.8) return "oblique";
  static constexpr std::array<const char*, 3> kNames = {"sagittal", "coronal", "axial"};
  return kNames[axis];
}

std::size_t count_positions(const std::vector<SliceHeader>& slices) {
  std::set<long> places;
  for (const SliceHeader& slice : slices) {
    if (!slice.position || !slices.front().row_direction) return 0;
    const Vec3 normal =
        slice_normal(*slices.front().row_direction, *slices.front().column_direction);
    places.insert(std::lround(dot(*slice.position, normal) * 100.0));
  }
  return places.size();
}

/// The unit of slices that hold something else than Hounsfield units, as maps of iodine, of the
/// effective atomic number or of electron density do.
std::string foreign_unit(const std::vector<SliceHeader>& slices) {
  for (const SliceHeader& slice : slices) {
    const std::string unit = lower_case(*slice.rescale_type);
    // US means that it is not specified.
    if (unit.empty() || unit == "hu" || unit == "hu_mod" || unit == "us") continue;
    return printable(*slice.rescale_type);
  }
  return {};
}

std::string why_unsuitable(const Series& series) {
  const SeriesSummary& summary = series.summary;
  if (summary.modality != "CT") {
    return summary.modality.empty() ? "not said to be CT" : "not CT but " + summary.modality;
  }
  if (series.slices.empty()) return "no slice of it can be read: " + series.damaged->front().damage;
  const SliceHeader& first = series.slices.front();
  if (first.info.sop_class_uid.starts_with(kSecondaryCapture)) {
    return "screen captures, which have no Hounsfield units";
  }
  if (first.samples != 1) return "colour pictures";
  if (first.is_localizer()) return "localizer";
  if (const std::string unit = foreign_unit(series.slices); !unit.empty()) {
    return "not Hounsfield units but " + unit;
  }
  if (summary.positions == 1 && summary.slices > 1) return "all slices at one position";
  return {};
}

void summarise(Series& series) {
  SeriesSummary& summary = series.summary;
  const SliceHeader& first =
      series.slices.empty() ? series.damaged->front() : series.slices.front();
  summary.uid = first.series->series_uid;
  summary.number = first.series->series_number;
  summary.description = first.series->series_description;
  summary.modality = first.series->modality;
  summary.image_type = *first.image_type;
  summary.orientation = orientation_name(first);
  summary.slices = series.slices.size() + series.damaged->size();
  summary.positions = count_positions(series.slices);
  summary.rows = first.rows;
  summary.columns = first.columns;
  summary.thickness_mm = first.thickness_mm;
  summary.row_spacing_mm = first.row_spacing_mm;
  summary.column_spacing_mm = first.column_spacing_mm;
  summary.unsuitable = why_unsuitable(series);
}

std::size_t extent(const SeriesSummary& summary) {
  return summary.positions > 0 ? summary.positions : summary.slices;
}

/// A diagnosis asks for axial slices, and what says no orientation may be axial.
bool may_be_axial(const SeriesSummary& summary) {
  return summary.orientation == "axial" || summary.orientation == "unknown";
}

void rank(std::vector<Series>& catalog) {
  std::map<bool, std::size_t> largest;  // of those that may be axial, and of the others
  for (const Series& series : catalog) {
    if (!series.summary.suitable()) continue;
    std::size_t& most = largest[may_be_axial(series.summary)];
    most = std::max(most, extent(series.summary));
  }
  const auto key = [&](const Series& series) {
    const SeriesSummary& s = series.summary;
    const double thickness = s.thickness_mm > 0.0 ? s.thickness_mm : 1e6;
    const bool axial = may_be_axial(s);
    // An axial slice or two, taken to time a contrast medium, are not the chest.
    return std::make_tuple(!s.suitable(), !axial, 4 * extent(s) < largest[axial],
                           s.orientation == "unknown", s.image_type.starts_with("DERIVED"),
                           -static_cast<long>(extent(s)), thickness, s.number, s.uid, s.part);
  };
  std::stable_sort(catalog.begin(), catalog.end(),
                   [&](const Series& a, const Series& b) { return key(a) < key(b); });
}

/// The series itself, or one for each of the acquisitions in it that show the same part of the
/// body.
std::vector<Series> parts_of(Series series) {
  const std::vector<AcquisitionGroup> groups = acquisition_groups(series.slices);
  std::vector<Series> parts;
  if (groups.size() == 1) {
    parts.push_back(std::move(series));
    return parts;
  }
  for (const AcquisitionGroup& group : groups) {
    Series part;
    part.summary.part = static_cast<int>(parts.size()) + 1;
    part.summary.acquisition = group.name;
    for (const std::size_t i : group.slices) part.slices.push_back(std::move(series.slices[i]));
    // Which part a damaged slice is missing from is not known for sure.
    part.damaged = series.damaged;
    part.localizers = series.localizers;
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The slices of one series while they are sorted.
struct Sorted {
  std::vector<SliceHeader> slices, localizers, damaged;
};

Series series_of(Sorted sorted) {
  if (sorted.slices.empty()) std::swap(sorted.slices, sorted.localizers);
  Series series;
  series.slices = std::move(sorted.slices);
  series.localizers = sorted.localizers.size();
  series.damaged = std::make_shared<const std::vector<SliceHeader>>(std::move(sorted.damaged));
  return series;
}

struct Wanted {
  std::string uid;
  std::optional<std::int64_t> number;
  std::optional<std::int64_t> part;
};

Wanted parse_wanted(const std::string& text) {
  Wanted wanted;
  const std::size_t slash = text.find('/');
  wanted.uid = text.substr(0, slash);
  wanted.number = parse_integer(wanted.uid);
  // What is no number fits no part.
  if (slash != std::string::npos) wanted.part = parse_integer(text.substr(slash + 1)).value_or(-1);
  return wanted;
}

std::string list_of(const std::vector<Series>& catalog) {
  std::vector<std::string> lines;
  lines.reserve(catalog.size());
  for (const Series& series : catalog) lines.push_back(series.summary.line());
  return joined(lines, "; ");
}

}  // namespace

std::string SeriesSummary::line() const {
  std::string text = "series " + std::to_string(number);
  if (part > 0) text += "/" + std::to_string(part) + " (" + acquisition + ")";
  if (!description.empty()) text += " \"" + description + "\"";
  text += ": " + (modality.empty() ? std::string("no modality") : modality) + ", " +
          std::to_string(slices) + (slices == 1 ? " slice of " : " slices of ") +
          std::to_string(rows) + " x " + std::to_string(columns) + ", " + orientation;
  if (thickness_mm > 0.0) text += ", " + to_text(thickness_mm) + " mm";
  if (!suitable()) text += " (" + unsuitable + ")";
  return text;
}

std::vector<Series> group_series(std::vector<SliceHeader> slices) {
  std::map<std::string, Sorted> groups;
  for (SliceHeader& slice : slices) {
    Sorted& series = groups[key_of(slice)];
    if (!slice.damage.empty()) {
      series.damaged.push_back(std::move(slice));
    } else if (slice.is_localizer()) {
      series.localizers.push_back(std::move(slice));
    } else {
      series.slices.push_back(std::move(slice));
    }
  }
  std::vector<Series> catalog;
  for (auto& [key, sorted] : groups) {
    for (Series& part : parts_of(series_of(std::move(sorted)))) {
      summarise(part);
      catalog.push_back(std::move(part));
    }
  }
  rank(catalog);
  return catalog;
}

const Series& choose_series(const std::vector<Series>& catalog, const std::string& wanted,
                            const std::string& folder) {
  if (wanted.empty()) {
    if (!catalog.front().summary.suitable()) {
      throw InputError({.what = "no CT series in it", .where = folder, .got = list_of(catalog)});
    }
    return catalog.front();
  }
  const Wanted meant = parse_wanted(wanted);
  std::vector<const Series*> found;
  for (const Series& series : catalog) {
    const SeriesSummary& summary = series.summary;
    if (summary.uid != meant.uid && !(meant.number && summary.number == *meant.number)) continue;
    if (meant.part && summary.part != *meant.part) continue;
    found.push_back(&series);
  }
  if (found.empty()) {
    throw UsageError({.what = "there is no series '" + wanted + "'",
                      .where = folder,
                      .expected = "a UID or number of: " + list_of(catalog)});
  }
  if (found.size() > 1 && std::all_of(found.begin(), found.end(), [&](const Series* series) {
        return series->summary.part > 0 && series->summary.uid == found.front()->summary.uid;
      })) {
    std::vector<std::string> names;
    for (const Series* series : found) {
      names.push_back("'" + wanted + "/" + std::to_string(series->summary.part) + "' for " +
                      series->summary.acquisition);
    }
    throw UsageError({.what = "series '" + wanted + "' holds " + std::to_string(found.size()) +
                              " acquisitions of the same part of the body",
                      .where = folder,
                      .expected = joined(names, ", ")});
  }
  if (found.size() > 1) {
    throw UsageError({.what = "more than one series has number '" + wanted + "'",
                      .where = folder,
                      .expected = "a series UID, see the list of series"});
  }
  if (found.front()->summary.modality != "CT" || found.front()->slices.empty() ||
      !foreign_unit(found.front()->slices).empty()) {
    throw InputError({.what = "the series that was asked for cannot be read",
                      .where = folder,
                      .expected = "a CT series in Hounsfield units",
                      .got = found.front()->summary.line()});
  }
  return *found.front();
}

}  // namespace jcs::imaging
