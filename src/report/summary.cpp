#include "jcs/report/summary.hpp"

#include <algorithm>
#include <cmath>

#include "jcs/report/options.hpp"

#include "format.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::Verdict;

std::string threshold_text(const CaseResult& result) {
  std::string text = counted(result.threshold, "slice");
  if (result.threshold_fraction) {
    text += " (" + percent(*result.threshold_fraction) + " of the series)";
  }
  return text;
}

std::string opacity_line(const CaseResult& result) {
  if (!result.segmented) {
    return "opacities: not outlined\n";
  }
  const auto touched =
      std::count_if(result.slices.begin(), result.slices.end(),
                    [](const auto& slice) { return slice.opacity_pixels.value_or(0) > 0; });
  std::string line = "opacities: in " + counted(touched, "slice");
  if (result.opacity_volume_ml) {
    line += ", " + fixed(*result.opacity_volume_ml, 1) + " ml";
  } else {
    line += ", volume not known (no spacing)";
  }
  const diagnosis::Findings& findings = result.findings;
  if (findings.opacity_share && findings.severity) {
    line += "; in the lungs " + fixed(findings.opacity_in_lungs_ml.value_or(0), 1) + " ml, " +
            fixed(100.0 * *findings.opacity_share, 1) + " % of them (band " +
            diagnosis::to_text(*findings.severity) + ")";
  }
  return line + "\n";
}

std::string lung_line(const CaseResult& result) {
  if (!result.findings.lung_volume_ml) return {};
  std::string sides;
  for (const diagnosis::LungFinding& lung : result.findings.lungs) {
    sides += (sides.empty() ? "" : ", ") + std::string(diagnosis::to_text(lung.side)) + " " +
             fixed(lung.volume_ml, 0) + " ml";
  }
  return "lungs: " + fixed(*result.findings.lung_volume_ml, 0) + " ml (" + sides + ")\n";
}

/// What makes any verdict void; empty: nothing.
std::string decisive_texts(const CaseResult& result) {
  std::string texts;
  for (const diagnosis::Concern& concern : result.concerns) {
    if (concern.decisive) texts += " " + clean_text(concern.text);
  }
  return texts;
}

/// A warning may name hundreds of places; the report has all of them.
std::string shortened(const std::string& warning) {
  constexpr std::size_t kLongest = 240;
  std::string text = clean_text(warning);
  if (text.size() <= kLongest) return text;
  std::size_t end = text.rfind(' ', kLongest);
  if (end == std::string::npos) end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // in UTF-8
  text.resize(end);
  return text + " ... (whole in the report)";
}

std::string time_line(const CaseResult& result) {
  if (result.timing.empty()) {
    return {};
  }
  double total = 0.0;
  std::string stages;
  for (const diagnosis::StageTime& stage : result.timing) {
    total += stage.seconds;
    stages += (stages.empty() ? "" : ", ") + stage.stage + " " + fixed(stage.seconds, 1);
  }
  std::string line = "time: " + fixed(total, 1) + " s (" + stages + ")";
  if (!result.device.empty()) line += " on " + result.device;
  if (!result.precision.empty()) line += ", " + result.precision;
  return line + "\n";
}

}  // namespace

std::string verdict_reason(const CaseResult& result) {
  const std::string found = std::to_string(result.positive_slices) + " of " +
                            counted(static_cast<std::int64_t>(result.slices.size()), "slice") +
                            (result.positive_slices == 1 ? " looks" : " look") + " positive";
  switch (result.verdict) {
    case Verdict::kPositive:
      return found + ", which is more than the threshold of " + threshold_text(result) + ".";
    case Verdict::kNegative:
      return found + ", which is not more than the threshold of " + threshold_text(result) + ".";
    case Verdict::kUndetermined:
      break;
  }
  if (const std::string why = decisive_texts(result); !why.empty()) {
    return "No verdict is given:" + why + " (" + found + ", which means nothing here.)";
  }
  return "The study cannot answer: a positive verdict takes more than " + threshold_text(result) +
         " that look positive, and the series has only " + std::to_string(result.slices.size()) +
         ". " + found + ".";
}

std::string verdict_line(const CaseResult& result) {
  return std::string("verdict: ") + diagnosis::to_text(result.verdict) + ". " +
         verdict_reason(result);
}

std::string short_summary(const CaseResult& result) {
  std::string text = verdict_line(result) + "\n" + opacity_line(result) + lung_line(result);
  const auto most = std::max_element(
      result.slices.begin(), result.slices.end(), [](const auto& a, const auto& b) {
        return a.probability < b.probability || std::isnan(a.probability);
      });
  if (most != result.slices.end()) {
    text += "most suspicious: slice " + std::to_string(most - result.slices.begin() + 1) +
            ", probability " + fixed(most->probability, 3) + ", " + clean_text(most->file) + "\n";
  }
  text += time_line(result);
  for (const std::string& warning : result.warnings) {
    text += "warning: " + shortened(warning) + "\n";
  }
  return text + kResearchNotice + "\n";
}

}  // namespace jcs::report
