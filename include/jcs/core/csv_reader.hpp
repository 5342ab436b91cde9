#pragma once

#include <csv.h>

namespace jcs {

/// The parser trims what lies outside of quotes alone, and "P001 " would be another patient than
/// P001: outer blanks within quotes go too.
struct TrimmedQuotes : io::double_quote_escape<',', '"'> {
  static void unescape(char*& begin, char*& end) {
    io::double_quote_escape<',', '"'>::unescape(begin, end);
    io::trim_chars<' ', '\t'>::trim(begin, end);
  }
};

/// The parser of all lists and tables that jcs reads, for targets that link it (`jcs::csv`): fields
/// in quotes or not, without their outer blanks; empty lines are skipped.
template <unsigned columns, class Comments = io::empty_line_comment>
using CsvReader = io::CSVReader<columns, io::trim_chars<' ', '\t'>, TrimmedQuotes,
                                io::throw_on_overflow, Comments>;

}  // namespace jcs
