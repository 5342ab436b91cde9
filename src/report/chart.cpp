#include "chart.hpp"

#include <algorithm>
#include <cmath>

#include "format.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::SliceResult;

constexpr double kWidth = 1000.0;
constexpr double kHeight = 100.0;

std::string column(const CaseResult& result, std::size_t slice, double share,
                   const std::string& value) {
  const double width = kWidth / static_cast<double>(result.slices.size());
  // A column that is not zero stays visible.
  const double height = share > 0 ? std::max(kHeight * std::min(share, 1.0), 0.8) : 0.0;
  const double gap = width > 4.0 ? 0.12 * width : 0.0;
  std::string text = "<rect class=\"";
  text += result.slices[slice].positive ? "pos" : "neg";
  text += "\" x=\"" + fixed(static_cast<double>(slice) * width + gap / 2, 2);
  text += "\" y=\"" + fixed(kHeight - height, 2);
  text += "\" width=\"" + fixed(width - gap, 2);
  text += "\" height=\"" + fixed(height, 2);
  text += "\"><title>Slice " + std::to_string(slice + 1);
  if (std::isfinite(result.slices[slice].location_mm)) {
    text += " at " + fixed(result.slices[slice].location_mm, 1) + " mm";
  }
  return text + ": " + value + "</title></rect>\n";
}

/// The smallest of 1, 2, 5, 10, 20, 50 … that is not below `value`.
double rounded_up(double value) {
  if (!(value > 0)) {
    return 1.0;
  }
  const double decade = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * decade >= value * (1.0 - 1e-9)) {
      return step * decade;
    }
  }
  return 10.0 * decade;
}

}  // namespace

Chart probability_chart(const CaseResult& result) {
  Chart chart{.columns = {}, .top = "1", .unit = {}};
  for (std::size_t i = 0; i < result.slices.size(); ++i) {
    const double probability = result.slices[i].probability;
    chart.columns +=
        column(result, i, std::isfinite(probability) ? probability : 0.0, fixed(probability, 3));
  }
  return chart;
}

Chart opacity_chart(const CaseResult& result) {
  const bool in_mm2 =
      std::any_of(result.slices.begin(), result.slices.end(),
                  [](const auto& slice) { return slice.opacity_area_mm2.has_value(); });
  const auto value = [in_mm2](const SliceResult& slice) {
    return in_mm2 ? slice.opacity_area_mm2.value_or(0.0) / 100.0
                  : static_cast<double>(slice.opacity_pixels.value_or(0));
  };
  const auto text = [&](const SliceResult& slice, const std::string& unit) {
    return slice.opacity_pixels ? fixed(value(slice), in_mm2 ? 1 : 0) + " " + unit : kNotLookedAt;
  };
  double largest = 0.0;
  for (const SliceResult& slice : result.slices) {
    largest = std::max(largest, value(slice));
  }
  const double top = rounded_up(largest);
  const std::string unit = in_mm2 ? "cm²" : "pixels";
  Chart chart{.columns = {}, .top = fixed(top, top < 1 ? 2 : 0), .unit = unit};
  for (std::size_t i = 0; i < result.slices.size(); ++i) {
    const SliceResult& slice = result.slices[i];
    chart.columns += column(result, i, value(slice) / top, text(slice, unit));
  }
  return chart;
}

double column_percent(const CaseResult& result, std::size_t slice) {
  return 100.0 * (static_cast<double>(slice) + 0.5) / static_cast<double>(result.slices.size());
}

}  // namespace jcs::report
