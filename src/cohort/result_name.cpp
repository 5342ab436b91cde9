#include "result_name.hpp"

#include <optional>
#include <span>
#include <string>

#include "jcs/cohort/study.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/utf8.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongest = 100;  // bytes; leaves room below the 255 of file systems
constexpr std::string_view kBetween = "__";

bool plain(char32_t character) {
  return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
         (character >= 'a' && character <= 'z') || character == '-' || character == '_' ||
         character == '.' || (character > 0x7f && !steers(character));
}

/// One part of the path with all that is not plain replaced by `_`.
std::string plain_part(std::string_view part) {
  std::string name;
  while (!part.empty()) {
    const std::string_view before = part;
    const std::optional<char32_t> character = take_character(part);
    name += character && plain(*character) ? before.substr(0, before.size() - part.size()) : "_";
  }
  if (name.starts_with('.') || name.starts_with('-')) {
    name.front() = '_';
  }
  return name;
}

/// Whether parts like this one can be told apart in a joined name.
bool separable(std::string_view part) {
  return !part.empty() && part.find(kBetween) == std::string_view::npos && part.front() != '_' &&
         part.back() != '_';
}

/// The end is what tells studies apart, so the beginning goes.
std::string shortened(std::string name, std::size_t longest) {
  if (name.size() <= longest) {
    return name;
  }
  name.erase(0, name.size() - longest);
  while (!name.empty() && (static_cast<unsigned char>(name.front()) & 0xc0) == 0x80) {
    name.erase(0, 1);
  }
  return plain_part(name);
}

}  // namespace

bool safe_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongest && plain_part(name) == name;
}

std::string result_name(const fs::path& path) {
  fs::path normal = path.lexically_normal();
  if (!normal.has_filename()) {
    normal = normal.parent_path();  // "P001/" means "P001"
  }
  if (normal.empty() || normal == normal.root_path()) {
    return "study";
  }
  const bool outside = normal.is_absolute() || *normal.begin() == "..";
  bool exact = !outside;
  std::string name;
  for (const fs::path& part : normal.relative_path()) {
    const std::string next = plain_part(part.native());
    exact = exact && next == part.native() && separable(next);
    if (outside) {
      name = next;  // the folders above would make it long
    } else {
      name += (name.empty() ? "" : std::string(kBetween)) + next;
    }
  }
  if (exact && name.size() <= kLongest) {
    return name;
  }
  constexpr std::size_t kDigits = 8;
  const std::string& text = normal.native();
  return shortened(name, kLongest - 1 - kDigits) + "-" +
         sha256(std::as_bytes(std::span(text))).substr(0, kDigits);
}

}  // namespace jcs::cohort
