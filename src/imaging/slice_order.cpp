#include "slice_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "natural_order.hpp"
#include "regular_spacing.hpp"
#include "vector3.hpp"

namespace jcs::imaging {
namespace {

std::string name(const SliceHeader& slice) {
  std::string text = slice.info.file.filename().string();
  if (slice.info.frame > 0) text += " frame " + std::to_string(slice.info.frame + 1);
  return text;
}

[[noreturn]] void mixed(const std::string& what, const SliceHeader& first, const SliceHeader& other,
                        const std::string& expected, const std::string& got) {
  throw InputError({.what = "the slices of the series differ in " + what,
                    .where = other.info.file.string(),
                    .expected = expected + " as in " + name(first),
                    .got = got});
}

std::string direction_text(const SliceHeader& slice) {
  if (!slice.row_direction) return "none";
  std::vector<std::string> parts;
  for (const Vec3& direction : {*slice.row_direction, *slice.column_direction}) {
    for (const double part : direction) parts.push_back(to_text(std::round(part * 1000) / 1000));
  }
  return joined(parts, " ");
}

bool same_direction(const SliceHeader& a, const SliceHeader& b) {
  if (a.row_direction.has_value() != b.row_direction.has_value()) return false;
  if (!a.row_direction) return true;
  // 0.6 degrees: what rounding in headers makes, far below any new scan plane.
  constexpr double kCosine = 0.99995;
  return dot(*a.row_direction, *b.row_direction) > kCosine &&
         dot(*a.column_direction, *b.column_direction) > kCosine;
}

bool same_spacing(double a, double b) { return std::abs(a - b) <= 1e-3 * std::max(a, b); }

void check_uniform(const std::vector<SliceHeader>& slices) {
  const auto size = [](const SliceHeader& s) {
    return std::to_string(s.rows) + " x " + std::to_string(s.columns);
  };
  const auto spacing = [](const SliceHeader& s) {
    return to_text(s.row_spacing_mm) + " x " + to_text(s.column_spacing_mm) + " mm";
  };
  const SliceHeader& first = slices.front();
  for (const SliceHeader& slice : slices) {
    if (size(slice) != size(first)) mixed("size", first, slice, size(first), size(slice));
    if (!same_direction(slice, first)) {
      mixed("orientation", first, slice, direction_text(first), direction_text(slice));
    }
    if (!same_spacing(slice.row_spacing_mm, first.row_spacing_mm) ||
        !same_spacing(slice.column_spacing_mm, first.column_spacing_mm)) {
      mixed("pixel spacing", first, slice, spacing(first), spacing(slice));
    }
  }
}

void locate(SliceStack& stack) {
  std::vector<SliceHeader>& slices = stack.slices;
  const auto has_position = [](const SliceHeader& s) { return s.position.has_value(); };
  const auto has_location = [](const SliceHeader& s) { return s.slice_location.has_value(); };
  if (std::any_of(slices.begin(), slices.end(), has_position)) {
    const auto without = std::find_if_not(slices.begin(), slices.end(), has_position);
    if (without != slices.end()) {
      throw InputError({.what = "the slice has no position while others of its series have one",
                        .where = without->info.file.string() + ": ImagePositionPatient"});
    }
    for (SliceHeader& slice : slices) {
      slice.info.position = *slice.position;
      slice.info.location_mm = dot(*slice.position, stack.normal);
    }
    stack.located = true;
  } else if (std::all_of(slices.begin(), slices.end(), has_location)) {
    for (SliceHeader& slice : slices) slice.info.location_mm = *slice.slice_location;
    stack.located = true;
    stack.warnings.emplace_back(
        "The files name no positions: ordered by SliceLocation, which is taken to grow towards the "
        "head.");
  } else {
    for (SliceHeader& slice : slices) {
      slice.info.location_mm = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

void order_by_number_or_name(SliceStack& stack) {
  std::set<int> numbers;
  for (const SliceHeader& slice : stack.slices) {
    if (slice.instance_number) numbers.insert(*slice.instance_number);
  }
  const bool numbered = numbers.size() == stack.slices.size();
  std::stable_sort(stack.slices.begin(), stack.slices.end(),
                   [&](const SliceHeader& a, const SliceHeader& b) {
                     if (numbered) return *a.instance_number < *b.instance_number;
                     return natural_less(a.info.file, b.info.file);
                   });
  if (stack.slices.size() > 1) {
    stack.warnings.push_back(
        std::string("The files name no positions: ordered by ") +
        (numbered ? "InstanceNumber" : "file name") +
        ", which may not be the order in the body; the slice spacing is not known.");
  }
}

double distance(const SliceStack& stack, std::size_t i) {
  return stack.slices[i + 1].info.location_mm - stack.slices[i].info.location_mm;
}

std::string millimetres(double value) { return to_text(std::round(value * 100.0) / 100.0); }

std::vector<double> distances(const SliceStack& stack) {
  std::vector<double> all;
  for (std::size_t i = 0; i + 1 < stack.slices.size(); ++i) all.push_back(distance(stack, i));
  return all;
}

std::string gap_warning(const SliceStack& stack, double usual) {
  constexpr std::size_t kNamed = 8;
  const std::vector<double> around = regular_around(distances(stack));
  std::vector<std::string> gaps, files;
  for (std::size_t i = 0; i < around.size(); ++i) {
    if (distance(stack, i) <= kGap * around[i]) continue;
    const SliceHeader& below = stack.slices[i];
    const SliceHeader& above = stack.slices[i + 1];
    gaps.push_back(millimetres(below.info.location_mm) + " mm and " +
                   millimetres(above.info.location_mm) + " mm");
    files.push_back(name(below) + " and " + name(above));
  }
  if (gaps.empty()) return {};
  const std::size_t count = gaps.size();
  gaps.resize(std::min(count, kNamed));
  files.resize(gaps.size());
  // Names may hold any character: at the end they can be told from the rest, and left out.
  return "Slices may be missing: " + std::to_string(count) + (count == 1 ? " gap" : " gaps") +
         " wider than 1.5 times the spacing around, usually " + millimetres(usual) +
         " mm, between " + joined(gaps, "; ") +
         (count > kNamed ? "; and " + std::to_string(count - kNamed) + " more" : "") +
         ". The files: " + joined(files, "; ") + ".";
}

std::string uneven_warning(const SliceStack& stack, double usual) {
  double low = usual;
  double high = usual;
  const std::vector<double> around = regular_around(distances(stack));
  for (std::size_t i = 0; i < around.size(); ++i) {
    const double step = distance(stack, i);
    if (step > kGap * around[i]) continue;
    low = std::min(low, step);
    high = std::max(high, step);
  }
  const double tolerance = std::max(0.05 * usual, 0.02);
  if (usual - low <= tolerance && high - usual <= tolerance) return {};
  return "The slices are not evenly spaced: " + millimetres(low) + " to " + millimetres(high) +
         " mm, " + millimetres(usual) + " mm in the middle.";
}

/// A line that places lie on, by location along the normal.
struct Line {
  Vec3 start{};
  Vec3 way{};  ///< for each mm along the normal
  double location_mm = 0.0;

  [[nodiscard]] double distance_mm(const SliceHeader& slice) const {
    const Vec3 expected = scaled(way, slice.info.location_mm - location_mm);
    return length(difference(difference(*slice.position, start), expected));
  }
};

std::optional<Line> line_through(const SliceHeader& low, const SliceHeader& high) {
  const double span = high.info.location_mm - low.info.location_mm;
  if (span < kSamePlaceMm) return std::nullopt;
  return Line{*low.position, scaled(difference(*high.position, *low.position), 1.0 / span),
              low.info.location_mm};
}

// About a pixel; what headers round is far less.
constexpr double kBesideMm = 1.0;

std::size_t count_beside(const Line& line, const std::vector<SliceHeader>& slices) {
  return static_cast<std::size_t>(
      std::count_if(slices.begin(), slices.end(),
                    [&](const SliceHeader& slice) { return line.distance_mm(slice) > kBesideMm; }));
}

/// The line that most slices lie on: a mean of all would lie beside every one where some are
/// shifted. Of slices that are many, pairs of some are tried.
std::optional<Line> common_line(const std::vector<SliceHeader>& slices) {
  constexpr std::size_t kTried = 32;
  constexpr double kExactMm = 1e-3;
  const std::size_t count = std::min(kTried, slices.size());
  std::vector<std::size_t> tried;
  for (std::size_t i = 0; i < count; ++i) tried.push_back(i * (slices.size() - 1) / (count - 1));
  // How far a slice lies beside does not count, or a line that lies askew between would be as good.
  const auto cost_of = [&](const Line& line) {
    double sum = 0.0;
    for (const SliceHeader& slice : slices) sum += std::min(line.distance_mm(slice), kBesideMm);
    return sum / static_cast<double>(slices.size());
  };
  std::optional<Line> best;
  double least = 2.0 * kBesideMm;
  // The widest pairs first: the most exact of those that are as good.
  for (std::size_t apart = count - 1; apart > 0 && least > kExactMm; --apart) {
    for (std::size_t i = 0; i + apart < count && least > kExactMm; ++i) {
      const auto line = line_through(slices[tried[i]], slices[tried[i + apart]]);
      if (!line) continue;
      const double cost = cost_of(*line);
      if (cost < least) {
        least = cost;
        best = line;
      }
    }
  }
  return best;
}

std::string shift_warning(const Line& line, const std::vector<SliceHeader>& slices) {
  const std::size_t beside = count_beside(line, slices);
  if (beside == 0) return {};
  double farthest = 0.0;
  for (const SliceHeader& slice : slices) farthest = std::max(farthest, line.distance_mm(slice));
  return "The slices do not lie in a straight line: " + std::to_string(beside) + " of " +
         std::to_string(slices.size()) + " are shifted by up to " + millimetres(farthest) +
         " mm against the others, so that shapes and lesions may be torn apart.";
}

std::string tilt_warning(const SliceStack& stack, const std::optional<Line>& line) {
  constexpr double kNoticeableDegrees = 0.5;
  const SliceHeader& first = stack.slices.front();
  if (line && first.row_direction) {
    const double cosine = std::min(1.0, std::abs(dot(line->way, stack.normal)) / length(line->way));
    const double degrees = std::acos(cosine) * 180.0 / M_PI;
    if (degrees > kNoticeableDegrees) {
      return "The gantry was tilted by " + to_text(std::round(degrees * 10.0) / 10.0) +
             " degrees: the slices are shifted against each other.";
    }
  }
  if (std::abs(first.gantry_tilt_deg) > kNoticeableDegrees) {
    return "The header names a gantry tilt of " + to_text(first.gantry_tilt_deg) +
           " degrees, which the positions do not show.";
  }
  return {};
}

}  // namespace

SliceStack order_slices(std::vector<SliceHeader> slices) {
  SliceStack stack;
  check_uniform(slices);
  stack.slices = std::move(slices);
  const SliceHeader& first = stack.slices.front();
  if (first.row_direction) {
    stack.row_direction = *first.row_direction;
    stack.column_direction = *first.column_direction;
    stack.normal = slice_normal(stack.row_direction, stack.column_direction);
  } else {
    for (SliceHeader& slice : stack.slices) slice.info.oriented = false;
    stack.warnings.emplace_back(
        "The files name no orientation: taken for axial, and right and left are assumed.");
  }
  locate(stack);
  if (!stack.located) {
    order_by_number_or_name(stack);
    return stack;
  }
  std::stable_sort(stack.slices.begin(), stack.slices.end(),
                   [](const SliceHeader& a, const SliceHeader& b) {
                     return a.info.location_mm < b.info.location_mm;
                   });
  return stack;
}

double median_spacing(const SliceStack& stack) {
  if (!stack.located || stack.slices.size() < 2) return 0.0;
  std::vector<double> steps;
  for (std::size_t i = 0; i + 1 < stack.slices.size(); ++i) steps.push_back(distance(stack, i));
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

std::vector<std::string> geometry_warnings(const SliceStack& stack) {
  std::vector<std::string> warnings;
  const auto add = [&](std::string warning) {
    if (!warning.empty()) warnings.push_back(std::move(warning));
  };
  if (const double usual = median_spacing(stack); usual > 0.0) {
    add(gap_warning(stack, usual));
    add(uneven_warning(stack, usual));
  }
  const bool placed = std::all_of(stack.slices.begin(), stack.slices.end(),
                                  [](const SliceHeader& s) { return s.position.has_value(); });
  const auto line = placed && stack.slices.size() > 1 ? common_line(stack.slices) : std::nullopt;
  if (line) add(shift_warning(*line, stack.slices));
  add(tilt_warning(stack, line));
  if (stack.slices.front().row_spacing_mm <= 0.0) {
    add("The files name no pixel spacing: areas and volumes cannot be given.");
  }
  return warnings;
}

}  // namespace jcs::imaging
