#include "jcs/core/text.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/in_locale.hpp"

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

TEST(Text, JoinsEmptyPartsToo) {
  EXPECT_EQ(jcs::joined({"", "a", "", ""}, ","), ",a,,");
  EXPECT_EQ(jcs::joined({"", ""}, ","), ",");
  EXPECT_EQ(jcs::joined({""}), "");
  EXPECT_EQ(jcs::joined({}), "");
  EXPECT_EQ(jcs::joined({"a", "b"}), "a, b");
}

TEST(CsvField, QuotesWhatWouldSplitTheLine) {
  EXPECT_EQ(jcs::csv_field("plain text"), "plain text");
  EXPECT_EQ(jcs::csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(jcs::csv_field("say \"ah\""), "\"say \"\"ah\"\"\"");
  EXPECT_EQ(jcs::csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(Text, LowersLettersOfTheAlphabetAlone) {
  EXPECT_EQ(jcs::lower_case("SLICE_İ.TIFF"), "slice_İ.tiff");
  EXPECT_EQ(jcs::lower_case("[@`{"), "[@`{");
}

TEST(Text, EndingsAreKnownInAnyCase) {
  EXPECT_TRUE(jcs::has_ending("data/TRAIN.CSV", ".csv"));
  EXPECT_TRUE(jcs::has_ending("train.Csv", ".csv"));
  EXPECT_FALSE(jcs::has_ending("train.csv/manifest", ".csv"));
  EXPECT_FALSE(jcs::has_ending("train.csv.gz", ".csv"));
}

TEST(Text, NumbersForPeopleHaveTheDigitsAskedFor) {
  EXPECT_EQ(jcs::fixed_text(0.125, 2), "0.12");
  EXPECT_EQ(jcs::fixed_text(-1234567.5, 0), "-1234568");
  EXPECT_EQ(jcs::fixed_text(1e300, 1).size(), 303U);
  EXPECT_EQ(jcs::fixed_text(std::nan(""), 3), "nan");
  EXPECT_EQ(jcs::rounded_text(0.703125, 10), "0.703125");
  EXPECT_EQ(jcs::rounded_text(1.0 / 3.0, 3), "0.333");
  EXPECT_EQ(jcs::rounded_text(1234567.0, 3), "1.23e+06");
}

TEST(Text, IsTheSameInEveryLanguage) {
  for (const char* name : {"C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"}) {
    const jcs::test::InLocale here(name);
    if (!here.there()) continue;
    EXPECT_EQ(jcs::fixed_text(1234.5, 1), "1234.5") << name;
    EXPECT_EQ(jcs::rounded_text(0.25, 10), "0.25") << name;
    EXPECT_EQ(jcs::to_text(0.1), "0.1") << name;
    EXPECT_EQ(jcs::parse_number("0.5"), 0.5) << name;
    EXPECT_EQ(jcs::lower_case("VOLUME.NII.GZ"), "volume.nii.gz") << name;
    EXPECT_EQ(jcs::duration_text(7384), "2 h 3 min") << name;
  }
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
