#include "choice_warnings.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "series_identity.hpp"

namespace jcs::imaging {
namespace {

/// Whether a torn slice of the series may be one that the chosen series lacks: it tore before
/// its series is named, or within the name, so that it has none or one of its own.
bool may_be_of_another(const Series& series) {
  return series.summary.uid.empty() || series.slices.empty();
}

/// A line of each torn slice of which nobody knows where it belongs.
std::vector<std::string> stray_slices(const std::vector<Series>& catalog) {
  std::set<std::string> lines;
  // The parts of a series have their slices in common, and may be as many as these.
  std::set<const std::vector<SliceHeader>*> seen;
  for (const Series& series : catalog) {
    if (!may_be_of_another(series) || !seen.insert(series.damaged.get()).second) continue;
    for (const SliceHeader& slice : *series.damaged) {
      // Others are whole and no slices, as pictures in colour are none.
      if (slice.torn) lines.insert(slice.damage);
    }
  }
  return {lines.begin(), lines.end()};
}

}  // namespace

std::vector<std::string> unreadable_warnings(const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return {std::to_string(lines.size()) + " file(s) could not be read, the first: " + lines.front() +
          "."};
}

std::vector<std::string> choice_warnings(const std::vector<Series>& catalog, const Series& chosen,
                                         const FolderContent& content) {
  std::vector<std::string> warnings = identity_warnings(catalog, chosen);
  const auto suitable = std::count_if(catalog.begin(), catalog.end(),
                                      [](const Series& s) { return s.summary.suitable(); });
  if (suitable > 1) {
    warnings.push_back(std::to_string(suitable) + " CT series could be read; read was " +
                       chosen.summary.line() + ".");
  }
  if (!chosen.summary.suitable()) {
    warnings.push_back("The series that was asked for is unsuitable: " + chosen.summary.unsuitable +
                       ".");
  }
  if (chosen.summary.part > 0) {
    warnings.push_back("Series " + std::to_string(chosen.summary.number) +
                       " holds several acquisitions of the same part of the body: read was " +
                       chosen.summary.acquisition + " alone.");
  }
  if (chosen.localizers > 0) {
    warnings.push_back(std::to_string(chosen.localizers) + " localizer(s) in the series left out.");
  }
  std::vector<std::string> unreadable = content.unreadable;
  std::vector<std::string> strays = stray_slices(catalog);
  std::move(strays.begin(), strays.end(), std::back_inserter(unreadable));
  for (std::string& warning : unreadable_warnings(unreadable)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace jcs::imaging
