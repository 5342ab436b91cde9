#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jcs {

/// The text with `?` for all that is no UTF-8, breaks a line, steers a terminal or turns the
/// direction of text, so that it stays on one line and says what it seems to.
std::string printable(std::string_view text);

/// Whole text as a number: no blanks, no trailing characters, independent of the locale. Nothing
/// when it is no number or out of range. Infinities and NaN are no numbers here.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

/// The text without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// The candidate that is nearest to `word` by edit distance, or nothing when none is near enough to
/// be what was meant. For "did you mean" hints.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// `a, b, c`
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// The text as one field of a CSV line, quoted where it holds a comma, a quote or a line break.
std::string csv_field(const std::string& text);

/// A time span for people: `12 s`, `3 min 4 s`, `2 h 5 min`.
std::string duration_text(double seconds);

/// The text with A to Z in lower case and all else as it is, whatever the locale: in a Turkish one
/// the language's own functions take I for a letter of another alphabet.
std::string lower_case(std::string_view text);

/// Whether a file's name ends so in any case: `.csv`, also of `TRAIN.CSV`.
bool has_ending(const std::filesystem::path& file, std::string_view lower_ending);

/// With so many digits behind the point, which is one in every locale; `nan` and `inf` as they are.
std::string fixed_text(double value, int digits);
/// With at most so many digits that count, and an exponent where that is shorter.
std::string rounded_text(double value, int digits);

/// The shortest decimal text that reads back as the same double; independent of the locale.
std::string to_text(double value);

}  // namespace jcs
