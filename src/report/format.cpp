#include "format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "jcs/core/text.hpp"

namespace jcs::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes of the well-formed UTF-8 sequence at the start of `text` (Unicode, table 3-7); 0: none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  // The second byte rules out overlong forms, surrogates and what lies above U+10FFFF.
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) {
      return 0;
    }
  }
  return length;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto lead = static_cast<unsigned char>(text[0]);
    // C1 controls are C2 80 ... C2 9F.
    const bool control =
        lead < 0x20 || lead == 0x7F ||
        (length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (length == 0) {
      out += kReplacement;
    } else if (control) {
      out += ' ';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return std::string(trimmed(out));
}

std::string or_not_given(std::string_view text) {
  const std::string clean = clean_text(text);
  return clean.empty() ? "not given" : clean;
}

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) {
    return "not known";
  }
  char buffer[400];  // the longest double has 309 digits before the point
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value),
                                          std::chars_format::fixed, digits);
  const std::string magnitude(buffer, error == std::errc{} ? end : buffer);
  const bool zero = magnitude.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "\u2212" + magnitude : magnitude;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string shown_name(std::string_view person_name) {
  std::string name = clean_text(person_name.substr(0, person_name.find('=')));
  std::replace(name.begin(), name.end(), '^', ' ');
  return or_not_given(name);
}

std::string shown_date(std::string_view date) {
  if (date.size() == 8 && all_digits(date)) {
    return std::string(date.substr(0, 4)) + "-" + std::string(date.substr(4, 2)) + "-" +
           std::string(date.substr(6, 2));
  }
  return or_not_given(date);
}

std::string shown_age(std::string_view age) {
  if (age.size() == 4 && all_digits(age.substr(0, 3))) {
    const auto number = parse_integer(age.substr(0, 3)).value_or(0);
    switch (age[3]) {
      case 'Y':
        return counted(number, "year");
      case 'M':
        return counted(number, "month");
      case 'W':
        return counted(number, "week");
      case 'D':
        return counted(number, "day");
      default:
        break;
    }
  }
  return or_not_given(age);
}

std::string percent(double share) {
  return std::isfinite(share) ? fixed(100.0 * share, 1) + " %" : "not known";
}

bool is_concern(const diagnosis::CaseResult& result, const std::string& warning) {
  return std::any_of(result.concerns.begin(), result.concerns.end(),
                     [&](const auto& concern) { return concern.text == warning; });
}

std::vector<std::string> all_warnings(const diagnosis::CaseResult& result,
                                      const imaging::CtVolume& volume) {
  std::vector<std::string> all;
  for (const auto* list : {&result.warnings, &volume.warnings}) {
    for (const std::string& warning : *list) {
      if (std::find(all.begin(), all.end(), warning) == all.end()) {
        all.push_back(warning);
      }
    }
  }
  return all;
}

}  // namespace jcs::report
