#include <gmock/gmock.h>

#include "jcs/cohort/page.hpp"

namespace {

using jcs::cohort::cohort_page;
using jcs::cohort::Status;
using jcs::cohort::StudyRow;
using testing::HasSubstr;
using testing::Not;

StudyRow done(const std::string& name, const std::string& verdict) {
  StudyRow row;
  row.name = name;
  row.path = "in/" + name;
  row.status = Status::kDone;
  row.verdict = verdict;
  row.positive_slices = 40;
  row.slices = 120;
  row.threshold = 25;
  row.opacity_ml = 123.456;
  row.opacity_share = 0.0312;
  row.severity = "1-25 %";
  row.lungs_ml = 4000.4;
  row.seconds = 3.21;
  row.concerns = {"wide_gaps", "contrast"};
  return row;
}

StudyRow failed(const std::string& name, const std::string& error) {
  StudyRow row;
  row.name = name;
  row.status = Status::kFailed;
  row.error = error;
  row.exit_code = 3;
  return row;
}

StudyRow pending(const std::string& name) {
  StudyRow row;
  row.name = name;
  return row;
}

TEST(CohortPage, WhatIsNotInTheArchiveIsCountedAndFound) {
  StudyRow row = done("P1", "negative");
  row.status = Status::kUnsent;
  row.error = "no answer";
  const std::string html = cohort_page({row, done("P2", "positive")});
  EXPECT_THAT(html, HasSubstr("<dt>unsent</dt><dd>1</dd>"));
  EXPECT_THAT(html, HasSubstr("<option value=\"unsent\">"));
  EXPECT_THAT(html, HasSubstr("<tr data-kind=\"negative unsent\">"));
  EXPECT_THAT(html, HasSubstr("unsent: no answer"));
  EXPECT_THAT(cohort_page({done("P2", "positive")}),
              testing::Not(HasSubstr("<option value=\"unsent\">")));
}

TEST(CohortPage, HasARowAStudy) {
  const std::string html =
      cohort_page({done("P1", "positive"), failed("P2", "P2: no CT slices in it"), pending("P3")});
  EXPECT_THAT(html, HasSubstr("<h1>3 studies</h1>"));
  EXPECT_THAT(html, HasSubstr(R"(<a href="studies/P1/report.html">P1</a>)"));
  EXPECT_THAT(html, HasSubstr(R"(<td class="n" data-value="123.456">123.5</td>)"));
  EXPECT_THAT(html, HasSubstr(R"(<td class="n" data-value="0.0312">3.1</td>)"));
  EXPECT_THAT(html, HasSubstr("<td>wide gaps, contrast</td>"));
  EXPECT_THAT(html, HasSubstr(R"(<td colspan="9" class="reason">P2: no CT slices in it</td>)"));
  EXPECT_THAT(html, HasSubstr(R"(<span class="badge pending">pending</span>)"));
  for (const char* kind : {"positive", "failed", "pending"}) {
    EXPECT_THAT(html, HasSubstr("<dt>" + std::string(kind) + "</dt><dd>1</dd>"));
  }
  EXPECT_THAT(html, HasSubstr("<dt>negative</dt><dd>0</dd>"));
  EXPECT_THAT(html, HasSubstr("For research only."));
  EXPECT_THAT(html, Not(HasSubstr("studies/P2")));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(CohortPage, WhatIsNotKnownIsEmpty) {
  StudyRow row;
  row.name = "P1";
  row.status = Status::kDone;
  row.verdict = "perhaps";
  const std::string html = cohort_page({row});
  EXPECT_THAT(html, HasSubstr("<h1>1 study</h1>"));
  EXPECT_THAT(html, HasSubstr(R"(<td class="n" data-value=""></td>)"));
  EXPECT_THAT(html, HasSubstr("<dt>undetermined</dt><dd>1</dd>"));
}

TEST(CohortPage, TextsCannotBreakOut) {
  const std::string attack = "</script><img src=x onerror=alert(1)>\"'{{name}}";
  StudyRow row = done("Müller", attack);
  row.path = attack;
  row.severity = attack;
  row.concerns = {attack};
  const std::string html = cohort_page({row, failed("P2", attack)});
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;&quot;"));
  EXPECT_THAT(html, HasSubstr("studies/M%C3%BCller/report.html"));
}

TEST(CohortPage, LoadsNothing) {
  const std::string html = cohort_page({done("P1", "positive")});
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, testing::ContainsRegex("default-src 'none'"));
  EXPECT_THAT(html, testing::ContainsRegex("script-src 'sha256-[A-Za-z0-9+/]*=+'"));
}

TEST(CohortPage, TakesThousandsOfStudies) {
  std::vector<StudyRow> rows(5000, done("P1", "negative"));
  const std::string html = cohort_page(rows);
  EXPECT_LT(html.size(), 5'000'000U);
}

}  // namespace
