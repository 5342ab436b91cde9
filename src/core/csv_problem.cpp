#include "jcs/core/csv_problem.hpp"

#include <string>

#include <csv.h>

#include "jcs/core/bounded_file.hpp"

namespace jcs {

namespace {

template <class Kind>
bool is(const std::exception& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

const char* what(const std::exception& error) {
  if (is<io::error::too_few_columns>(error)) return "too few fields for the header";
  if (is<io::error::too_many_columns>(error)) return "more fields than the header names";
  if (is<io::error::escaped_string_not_closed>(error)) return "a quote is not closed";
  if (is<io::error::line_length_limit_exceeded>(error)) return "a line is longer than 16 MiB";
  return "no valid CSV";
}

}  // namespace

std::string csv_text(const std::filesystem::path& file) {
  std::string text = read_text(file);
  if (text.find('\0') != std::string::npos) {
    throw InputError({"holds bytes of zero", file.string(), "a table as text, in UTF-8"});
  }
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return text;
}

InputError csv_problem(const std::exception& error, const std::filesystem::path& file,
                       unsigned line) {
  const auto* place = dynamic_cast<const io::error::with_file_line*>(&error);
  if (place != nullptr && place->file_line > 0) line = static_cast<unsigned>(place->file_line);
  const std::string where = file.string() + (line > 0 ? ":" + std::to_string(line) : "");
  return InputError({what(error), where});
}

}  // namespace jcs
