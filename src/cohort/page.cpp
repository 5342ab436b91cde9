#include "jcs/cohort/page.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include <kainjow/mustache.hpp>
#include <openssl/evp.h>

#include "jcs/core/text.hpp"

#include "embedded.hpp"

namespace jcs::cohort {

namespace {

using PageData = kainjow::mustache::data;

bool diagnosed(const StudyRow& row) {
  return row.status == Status::kDone || row.status == Status::kUnsent;
}

/// What a row is counted, coloured and filtered as.
std::string kind_of(const StudyRow& row) {
  if (!diagnosed(row)) {
    return to_text(row.status);
  }
  return row.verdict == "positive" || row.verdict == "negative" ? row.verdict : "undetermined";
}

constexpr std::array<const char*, 5> kKinds = {"positive", "negative", "undetermined", "failed",
                                               "pending"};
constexpr const char* kUnsent = "unsent";  // of those with a verdict

constexpr double kPercent = 0.01;

std::string fixed(const std::optional<double>& value, int digits) {
  return value ? fixed_text(*value, digits) : "";
}

std::string exact(const std::optional<double>& value) { return value ? jcs::to_text(*value) : ""; }

/// `unit`: of what is shown; rows are sorted by the value itself.
PageData number(const std::optional<double>& value, int digits, double unit = 1.0) {
  PageData data;
  data["exact"] = exact(value);
  data["shown"] = fixed(value ? std::optional(*value / unit) : std::nullopt, digits);
  return data;
}

std::string url_part(const std::string& name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      url += c;
    } else {
      url += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return url;
}

PageData text_or_false(const std::string& text) {
  return text.empty() ? PageData(false) : PageData(text);
}

PageData row_data(const StudyRow& row) {
  const bool done = diagnosed(row);
  PageData data;
  data["name"] = row.name;
  data["link"] = done ? PageData(url_part(row.name)) : PageData(false);
  data["path"] = text_or_false(row.path == row.name ? "" : row.path);
  data["kind"] = kind_of(row);
  data["kinds"] = kind_of(row) + (row.status == Status::kUnsent ? std::string(" ") + kUnsent : "");
  data["done"] = done;
  data["reason"] = row.error;
  const bool unsent = row.status == Status::kUnsent;
  data["unsent"] = PageData(unsent);
  data["why"] = text_or_false(unsent ? row.error : "");
  PageData numbers{PageData::type::list};
  numbers << number(row.positive_slices, 0) << number(row.slices, 0) << number(row.threshold, 0)
          << number(row.opacity_ml, 1) << number(row.opacity_share, 1, kPercent);
  data["numbers"] = PageData(numbers);
  data["severity"] = row.severity;
  data["severity_order"] = row.severity.empty() ? "" : exact(row.opacity_share);
  data["lungs_exact"] = exact(row.lungs_ml);
  data["lungs"] = fixed(row.lungs_ml, 0);
  std::string concerns = joined(row.concerns);
  std::ranges::replace(concerns, '_', ' ');
  data["concerns"] = concerns;
  data["seconds_exact"] = exact(row.seconds);
  data["seconds"] = fixed(row.seconds, 1);
  return data;
}

std::size_t unsent(const std::vector<StudyRow>& rows) {
  return static_cast<std::size_t>(std::ranges::count(rows, Status::kUnsent, &StudyRow::status));
}

PageData tile(const std::string& kind, std::size_t count) {
  PageData tile;
  tile["kind"] = kind;
  tile["name"] = kind;
  tile["value"] = std::to_string(count);
  return tile;
}

PageData tiles(const std::vector<StudyRow>& rows) {
  PageData list{PageData::type::list};
  for (const std::string kind : kKinds) {
    const auto count = std::count_if(rows.begin(), rows.end(),
                                     [&](const StudyRow& row) { return kind_of(row) == kind; });
    list << tile(kind, static_cast<std::size_t>(count));
  }
  if (unsent(rows) > 0) list << tile(kUnsent, unsent(rows));
  return list;
}

/// By which a browser knows the one script that may run.
std::string script_hash() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  EVP_Q_digest(nullptr, "SHA256", nullptr, kScript.data(), kScript.size(), digest.data(), &size);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

std::string cohort_page(const std::vector<StudyRow>& rows) {
  PageData page;
  page["style"] = std::string(kStyle);
  page["script"] = std::string(kScript);
  page["script_hash"] = script_hash();
  page["version"] = JCS_VERSION;
  page["count"] = std::to_string(rows.size());
  page["studies_word"] = rows.size() == 1 ? "study" : "studies";
  page["tiles"] = tiles(rows);
  PageData kinds{PageData::type::list};
  for (const char* kind : kKinds) {
    kinds << PageData(kind);
  }
  if (unsent(rows) > 0) kinds << PageData(kUnsent);
  page["kinds"] = PageData(kinds);
  PageData list{PageData::type::list};
  for (const StudyRow& row : rows) {
    list << row_data(row);
  }
  page["rows"] = PageData(list);
  kainjow::mustache::mustache tmpl{std::string(kPageTemplate)};
  std::string html = tmpl.render(page);
  if (!tmpl.is_valid()) {
    throw std::logic_error("the cohort page's template: " + tmpl.error_message());
  }
  return html;
}

}  // namespace jcs::cohort
