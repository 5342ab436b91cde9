#include "jcs/report/summary.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"

namespace {

using jcs::diagnosis::Verdict;
using jcs::report::short_summary;
using jcs::report::verdict_line;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Summary, APositiveCaseInAFewLines) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::sample_result(volume);
  const std::string text = short_summary(result);
  EXPECT_THAT(text, StartsWith("verdict: positive. 6 of 12 slices look positive"));
  EXPECT_THAT(text, HasSubstr("opacities: in 6 slices, "));
  EXPECT_THAT(text, HasSubstr("most suspicious: slice 7, probability 0.840, scan/IM6.dcm"));
  EXPECT_THAT(text, HasSubstr("time: 5.8 s (read 0.5, classify 1.2, segment 4.0) on cpu"));
  EXPECT_THAT(text, HasSubstr("not a medical device"));
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 6);
}

TEST(Summary, OtherVerdictsAndHostileTexts) {
  auto volume = jcs::test::sample_volume();
  auto result = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  result.verdict = Verdict::kNegative;
  result.threshold = 6;
  result.threshold_fraction = 0.5;
  result.warnings = {"odd\x1B[31m\nname", "second"};
  const std::string text = short_summary(result);
  EXPECT_THAT(text, StartsWith("verdict: negative. 6 of 12 slices look positive, which is not more "
                               "than the threshold of 6 slices (50.0 % of the series)."));
  EXPECT_THAT(text, HasSubstr("opacities: not outlined"));
  EXPECT_THAT(text, HasSubstr("\nwarning: odd [31m name\nwarning: second\n"));
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 7);
  result.warnings = {"gaps at " + std::string(500, 'x') + " mm", std::string(500, 'y')};
  EXPECT_THAT(short_summary(result), HasSubstr("\nwarning: gaps at ... (whole in the report)\n"));
  EXPECT_THAT(short_summary(result),
              HasSubstr("\nwarning: " + std::string(240, 'y') + " ... (whole in the report)\n"));

  result.verdict = Verdict::kUndetermined;
  EXPECT_THAT(short_summary(result), StartsWith("verdict: undetermined. The study cannot answer"));
}

TEST(Summary, SaysWhatTheOpacitiesAmountTo) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const std::string text = short_summary(result);
  EXPECT_THAT(text, HasSubstr(" ml, 11.5 % of them (band 1-25 %)\n"));
  EXPECT_THAT(text, HasSubstr("lungs: 3901 ml (right 2100 ml, left 1800 ml)\n"));
}

TEST(Summary, ADecisiveConcernTakesThePlaceOfAReason) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.verdict = Verdict::kUndetermined;
  result.concerns = {{"contrast", "Contrast was given.", false}, {"head", "It is a head.", true}};
  EXPECT_THAT(short_summary(result),
              StartsWith("verdict: undetermined. No verdict is given: It is a head. (6 of 12"));
}

TEST(Summary, BeginsWithTheVerdictsLine) {
  jcs::diagnosis::CaseResult result;
  result.verdict = Verdict::kNegative;
  EXPECT_THAT(verdict_line(result), StartsWith("verdict: negative. "));
  EXPECT_THAT(short_summary(result), StartsWith(verdict_line(result) + "\nopacities: "));
}

TEST(Summary, OfNothing) { EXPECT_THAT(short_summary({}), StartsWith("verdict: undetermined.")); }

}  // namespace
