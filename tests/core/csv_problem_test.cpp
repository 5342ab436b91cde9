#include "jcs/core/csv_problem.hpp"

#include <fstream>
#include <string>

#include <csv.h>
#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

/// What is said of two columns, the second of which is read as a text.
std::string problem_of(const std::string& text, unsigned line = 0) {
  try {
    io::CSVReader<2, io::trim_chars<' '>, io::double_quote_escape<',', '"'>> csv(
        "list.csv", text.data(), text.data() + text.size());
    csv.read_header(io::ignore_no_column, "a", "b");
    std::string a, b;
    while (csv.read_row(a, b)) {
    }
  } catch (const io::error::base& error) {
    return jcs::csv_problem(error, "list.csv", line).what();
  }
  return "";
}

TEST(CsvProblem, NamesLineAndFault) {
  EXPECT_EQ(problem_of("a,b\n1,2\n3\n"), "list.csv:3: too few fields for the header");
  EXPECT_EQ(problem_of("a,b\n1,2,3\n"), "list.csv:2: more fields than the header names");
  EXPECT_EQ(problem_of("a,b\n\"1,2\n"), "list.csv:2: a quote is not closed");
  EXPECT_EQ(problem_of("a,b\n" + std::string(17U << 20U, 'x') + "\n"),
            "list.csv:2: a line is longer than 16 MiB");
  EXPECT_EQ(problem_of("a,c\n"), "list.csv: no valid CSV");
  EXPECT_EQ(problem_of("a,b\n1,2\n"), "");
}

TEST(CsvProblem, TakesTheLineThatIsKnown) {
  // Of a header the parser names the file alone.
  EXPECT_EQ(problem_of("a,c\n", 7), "list.csv:7: no valid CSV");
}

TEST(CsvText, IsNoUtf16) {
  const jcs::test::TempDir dir;
  const auto file = dir / "list.csv";
  std::ofstream(file, std::ios::binary) << std::string("a\0,\0b\0\n\0", 8);
  EXPECT_EQ(jcs::test::error_line<jcs::InputError>([&] { jcs::csv_text(file); }),
            file.string() + ": holds bytes of zero (expected a table as text, in UTF-8)");
  std::ofstream(file, std::ios::binary) << "a,b\n";
  EXPECT_EQ(jcs::csv_text(file), "a,b\n");
}

// The parser read behind its memory when a line end of another text lay behind this one.
TEST(CsvText, EndsItsLastLine) {
  const jcs::test::TempDir dir;
  for (const auto& [content, text] :
       {std::pair{"a,b\n1,2", "a,b\n1,2\n"}, {"a,b\n\n", "a,b\n\n"}, {"", ""}}) {
    std::ofstream(dir / "list.csv", std::ios::binary) << content;
    EXPECT_EQ(jcs::csv_text(dir / "list.csv"), text);
  }
}

}  // namespace
