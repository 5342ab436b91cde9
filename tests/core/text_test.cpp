#include "jcs/core/text.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Text, NumbersAreWholeTexts) {
  EXPECT_EQ(jcs::parse_number("1.5"), 1.5);
  EXPECT_EQ(jcs::parse_number("+2e-3"), 2e-3);
  for (const char* bad :
       {"", " 1", "1 ", "1,5", "nan", "inf", "-inf", "1e999", "0x10", "+-1", "1.5mm"}) {
    EXPECT_FALSE(jcs::parse_number(bad)) << bad;
  }
  EXPECT_EQ(jcs::parse_integer("-7"), -7);
  EXPECT_FALSE(jcs::parse_integer("7.0"));
  EXPECT_FALSE(jcs::parse_integer("99999999999999999999"));
}

TEST(Text, NearestFindsATypoButNoStranger) {
  const std::vector<std::string> known = {"learning_rate", "epochs", "batch_size"};
  EXPECT_EQ(jcs::nearest("learning_rat", known), "learning_rate");
  EXPECT_EQ(jcs::nearest("epoch", known), "epochs");
  EXPECT_FALSE(jcs::nearest("momentum", known));
}

TEST(Text, DoublesReadBackTheSame) {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, -0.0, 123456789.125}) {
    EXPECT_EQ(jcs::parse_number(jcs::to_text(value)), value);
  }
}

TEST(Text, TrimsBlanks) {
  EXPECT_EQ(jcs::trimmed("  a b\t"), "a b");
  EXPECT_EQ(jcs::trimmed(" \t"), "");
}

TEST(CsvField, QuotesWhatWouldSplitTheLine) {
  EXPECT_EQ(jcs::csv_field("plain text"), "plain text");
  EXPECT_EQ(jcs::csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(jcs::csv_field("say \"ah\""), "\"say \"\"ah\"\"\"");
  EXPECT_EQ(jcs::csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(Printable, NothingSteersATerminalOrTurnsTheText) {
  EXPECT_EQ(jcs::printable("a\nb\033[2J\x7f"), "a?b?[2J?");
  EXPECT_EQ(jcs::printable("\xC2\x9B"
                           "31m"),
            "?31m")
      << "CSI in one character";
  EXPECT_EQ(jcs::printable("\x9B"
                           "31m \xFF"),
            "?31m ?")
      << "bytes that are no UTF-8";
  EXPECT_EQ(jcs::printable("gpj.\u202Egnp \u2028"), "gpj.?gnp ?");
  EXPECT_EQ(jcs::printable("Müller 肺 – …"), "Müller 肺 – …");
}

}  // namespace
