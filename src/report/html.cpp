#include "jcs/report/html.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"
#include "jcs/report/summary.hpp"

#include "body_axes.hpp"
#include "consistency.hpp"
#include "embedded.hpp"
#include "format.hpp"
#include "identity.hpp"
#include "key_slices.hpp"
#include "page.hpp"
#include "picture_parts.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::SliceResult;
using diagnosis::Verdict;
using imaging::CtVolume;

/// What the verdict says besides its word; `sign` is its shape, so that no colour is needed.
struct VerdictText {
  const char *word, *meaning, *slices_title, *slices_lead, *sign;
};

VerdictText verdict_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPositive:
      return {"Positive", "Enough slices look like COVID-19 pneumonia.", "The slices that matter",
              "From the largest findings, a few that lie apart.",
              R"(<path d="M20 4 38 36H2Z" fill="currentColor"/>)"};
    case Verdict::kNegative:
      return {
          "Negative", "Too few slices look like COVID-19 pneumonia.", "The most suspicious slices",
          "Shown although the verdict is negative: these come closest to a finding.",
          R"(<circle cx="20" cy="20" r="15" fill="none" stroke="currentColor" stroke-width="6"/>)"};
    case Verdict::kUndetermined:
      break;
  }
  return {
      "Undetermined", "This series cannot answer the question.", "The most suspicious slices",
      "Shown although there is no verdict: these come closest to a finding.",
      R"(<path d="M20 3 37 20 20 37 3 20Z" fill="none" stroke="currentColor" stroke-width="5"/>)"};
}

PageData tile(const std::string& name, const std::string& value, const std::string& unit) {
  PageData data;
  data["name"] = name;
  data["value"] = value;
  data["unit"] = text_or_false(unit);
  return data;
}

/// From the lowest positive slice to the highest.
std::string extent(const std::vector<SliceResult>& slices) {
  const auto positive = [](const SliceResult& slice) { return slice.positive; };
  const auto first = std::find_if(slices.begin(), slices.end(), positive);
  const auto last = std::find_if(slices.rbegin(), slices.rend(), positive);
  if (first == slices.end() || !std::isfinite(first->location_mm) ||
      !std::isfinite(last->location_mm)) {
    return {};
  }
  return fixed(first->location_mm, 0) + " to " + fixed(last->location_mm, 0);
}

PageData tiles(const CaseResult& result) {
  const std::vector<SliceResult>& slices = result.slices;
  PageData list = page_list();
  list << tile("Positive slices", std::to_string(result.positive_slices),
               "of " + std::to_string(slices.size()));
  list << tile(
      "Positive above", std::to_string(result.threshold),
      result.threshold_fraction ? "slices, " + percent(*result.threshold_fraction) : "slices");
  double highest = 0.0;
  for (const SliceResult& slice : slices) {
    highest = std::isfinite(slice.probability) ? std::max(highest, slice.probability) : highest;
  }
  list << tile("Highest probability", slices.empty() ? "–" : fixed(highest, 3), "");
  if (const std::string range = extent(slices); !range.empty()) {
    list << tile("Positive slices lie at", range, "mm");
  }
  if (!result.segmented) {
    list << tile("Opacities", "not outlined", "");
    return list;
  }
  list << tile("Volume of opacities",
               result.opacity_volume_ml ? fixed(*result.opacity_volume_ml, 1) : "not known",
               result.opacity_volume_ml ? "ml" : "no spacing");
  const auto touched = std::count_if(slices.begin(), slices.end(), [](const SliceResult& slice) {
    return slice.opacity_pixels.value_or(0) > 0;
  });
  list << tile("Slices with opacities", std::to_string(touched),
               "of " + std::to_string(slices.size()));
  const diagnosis::Findings& findings = result.findings;
  if (findings.opacity_share && findings.severity) {
    list << tile("Opacities in the lungs", fixed(findings.opacity_in_lungs_ml.value_or(0), 1),
                 "ml");
    list << tile("Share of the lungs", fixed(100.0 * *findings.opacity_share, 1), "%");
    list << tile("Severity band", diagnosis::to_text(*findings.severity), "");
  }
  if (findings.ground_glass_ml && findings.consolidation_ml) {
    list << tile("Ground glass", fixed(*findings.ground_glass_ml, 1), "ml");
    list << tile("Consolidation", fixed(*findings.consolidation_ml, 1), "ml");
  }
  return list;
}

std::string share_of_slices(double count, const CaseResult& result) {
  return fixed(100.0 * count / static_cast<double>(std::max<std::size_t>(1, result.slices.size())),
               2);
}

std::string axis_end(const CtVolume& volume, const imaging::Vec3& direction,
                     const char* otherwise) {
  const std::string name = orientation_known(volume) ? edge_name(direction) : std::string();
  return name.empty() ? otherwise : name;
}

void fill_verdict(PageData& page, const CaseResult& result) {
  const VerdictText text = verdict_text(result.verdict);
  page["verdict"] = diagnosis::to_text(result.verdict);
  page["verdict_word"] = text.word;
  page["verdict_meaning"] = text.meaning;
  page["sign"] = text.sign;
  page["slices_title"] = text.slices_title;
  page["slices_lead"] = text.slices_lead;
  page["reason"] = verdict_reason(result);
  page["slices"] = std::to_string(result.slices.size());
  page["positive_slices"] = std::to_string(result.positive_slices);
  page["threshold"] = std::to_string(result.threshold);
  page["gauge_fill"] = share_of_slices(result.positive_slices, result);
  const bool reachable =
      static_cast<std::size_t>(std::max(result.threshold, 0)) < result.slices.size();
  page["gauge_mark"] = text_or_false(reachable ? share_of_slices(result.threshold, result) : "");
  page["tiles"] = tiles(result);
}

void fill_axis(PageData& page, const CaseResult& result, const CtVolume& volume,
               const std::vector<std::size_t>& keys) {
  page["charts"] = chart_list(result, keys);
  page["ticks"] = axis_ticks(result);
  page["slice_probability"] = jcs::to_text(result.slice_probability);
  const bool located =
      std::any_of(result.slices.begin(), result.slices.end(),
                  [](const auto& slice) { return std::isfinite(slice.location_mm); });
  // Slices ordered by their numbers may begin at either end.
  page["low_end"] = located ? axis_end(volume, opposite(volume.normal), "first slice")
                            : std::string("first slice");
  page["high_end"] =
      located ? axis_end(volume, volume.normal, "last slice") : std::string("last slice");
  page["axis_name"] = located ? "position, mm" : "number of the slice";
}

/// Warnings beside the concerns, which are warnings too.
void fill_warnings(PageData& page, const CaseResult& result, const CtVolume& volume,
                   const ReportOptions& options) {
  page["has_concerns"] = !result.concerns.empty();
  page["concerns"] = concern_list(result.concerns);
  PageData list = page_list();
  bool any = false;
  for (const std::string& warning : shown_warnings(result, volume, options)) {
    if (is_concern(result, warning)) continue;
    list << PageData(clean_text(warning));
    any = true;
  }
  page["has_warnings"] = any;
  page["warnings"] = PageData(list);
}

/// Names the page's own script to the browser, which then runs no other.
std::string script_hash() {
  const std::string hex = sha256(std::as_bytes(std::span(kScript)));
  std::vector<std::byte> digest;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    digest.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return "sha256-" + base64(digest);
}

}  // namespace

std::string report_html(const CaseResult& result, const CtVolume& volume,
                        const ReportOptions& options) {
  require_consistent(result, volume);
  const std::vector<std::size_t> keys = key_slices(result, options.key_slices);
  const imaging::SeriesInfo info = shown_series(volume.series, options.identity);
  PageData page;
  page["style"] = std::string(kStyle);
  page["script"] = std::string(kScript);
  page["script_hash"] = script_hash();
  page["notice"] = kResearchNotice;
  page["version"] = JCS_VERSION;
  page["identity"] = identity_facts(info, options);
  fill_verdict(page, result);
  fill_warnings(page, result, volume, options);
  page["findings"] = findings_section(result, volume);
  page["browser"] = browser(result, volume, options);

  fill_axis(page, result, volume, keys);
  page["key"] = slice_list(result, volume, keys, options);
  page["has_heat"] = !keys.empty() && !result.activation_maps.empty();
  page["panel_count"] =
      std::to_string(1 + (result.activation_maps.empty() ? 0 : 1) + (result.segmented ? 1 : 0));
  page["has_outline"] = !keys.empty() && result.segmented;
  page["window"] = volume.windowed ? "as in the pictures"
                                   : "centre " + fixed(options.window_center, 0) + ", width " +
                                         fixed(options.window_width, 0) + " HU";
  page["tables"] = fact_tables(result, volume, info);
  page["weights"] = weights_list(result);

  kainjow::mustache::mustache tmpl{std::string(kPageTemplate)};
  std::string html = tmpl.render(page);
  if (!tmpl.is_valid()) {
    throw std::logic_error("the report's template: " + tmpl.error_message());
  }
  return html;
}

}  // namespace jcs::report
