#include <algorithm>
#include <cmath>

#include "jcs/core/text.hpp"

#include "chart.hpp"
#include "format.hpp"
#include "page.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;

/// Letters closer together than this would cover each other, percent of the width.
constexpr double kMarkWidth = 2.4;

PageData marks(const CaseResult& result, const std::vector<std::size_t>& slices) {
  PageData list = page_list();
  double last = 1000.0;
  bool lifted = false;
  for (std::size_t n = 0; n < slices.size(); ++n) {
    const double left = column_percent(result, slices[n]);
    lifted = std::abs(last - left) < kMarkWidth && !lifted;
    last = left;
    PageData mark;
    mark["letter"] = slice_letter(n);
    mark["left"] = fixed(left, 2);
    mark["lifted"] = lifted;
    list << mark;
  }
  return list;
}

/// A line across a chart; its name is left out where it would cover those of the ends.
PageData line_across(double value) {
  constexpr double kNearEnd = 0.12;
  const double share = std::clamp(value, 0.0, 1.0);
  PageData line;
  line["y"] = fixed(100.0 * (1.0 - share), 2);
  line["bottom"] = fixed(100.0 * share, 2);
  line["name"] = text_or_false(share < kNearEnd || share > 1.0 - kNearEnd ? std::string()
                                                                          : jcs::to_text(value));
  return line;
}

PageData chart_data(const std::string& title, const std::string& label, const Chart& chart,
                    const PageData& line, const PageData& marks) {
  PageData data;
  data["title"] = title;
  data["label"] = label;
  data["unit"] = text_or_false(chart.unit);
  data["top"] = chart.top;
  data["line"] = PageData(line);
  data["columns"] = chart.columns;
  data["marks"] = PageData(marks);
  return data;
}

}  // namespace

PageData chart_list(const CaseResult& result, const std::vector<std::size_t>& slices) {
  PageData list = page_list();
  list << chart_data("Probability of COVID-19", "Probability of each slice along the body axis",
                     probability_chart(result), line_across(result.slice_probability),
                     marks(result, slices));
  if (result.segmented) {
    list << chart_data("Area of opacities", "Opacity area of each slice along the body axis",
                       opacity_chart(result), PageData(false), page_list());
  }
  return list;
}

PageData axis_ticks(const CaseResult& result) {
  constexpr std::size_t kTicks = 4;
  PageData list = page_list();
  const std::size_t count = result.slices.size();
  for (std::size_t i = 0; count > 0 && i <= std::min(kTicks, count - 1); ++i) {
    const std::size_t slice =
        i * (count - 1) / std::max<std::size_t>(1, std::min(kTicks, count - 1));
    const double location = result.slices[slice].location_mm;
    PageData tick;
    tick["left"] = fixed(column_percent(result, slice), 2);
    tick["text"] = std::isfinite(location) ? fixed(location, 0) : std::to_string(slice + 1);
    list << tick;
  }
  return list;
}

}  // namespace jcs::report
