#include "jcs/report/html.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "jcs/report/json.hpp"

#include "report/browser_data.hpp"
#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"

namespace {

using jcs::diagnosis::Verdict;
using jcs::report::report_html;
using jcs::test::browser_data;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// Base64 of pictures is long and random: leave it out of what is searched.
std::string without_pictures(std::string html) {
  for (const std::string start :
       {"data:image/png;base64,", "href=\"data:image/jpeg;base64,", "\"picture\":\""}) {
    for (std::size_t at = html.find(start); at != std::string::npos;
         at = html.find(start, at + 4)) {
      const std::size_t from = at + start.size();
      html.erase(from, html.find('"', from) - from);
    }
  }
  return html;
}

std::string sample_page() {
  const auto volume = jcs::test::sample_volume();
  return report_html(jcs::test::sample_result(volume), volume, {.source = "studies/17"});
}

TEST(ReportHtml, SaysTheVerdictAndWhatItRestsOn) {
  const std::string html = without_pictures(sample_page());
  EXPECT_THAT(html, HasSubstr("<h2 id=\"verdict\">Positive</h2>"));
  EXPECT_THAT(
      html,
      HasSubstr("6 of 12 slices look positive, which is more than the threshold of 3 slices."));
  EXPECT_THAT(html, HasSubstr("For research only. This is not a medical device"));
  EXPECT_THAT(html, HasSubstr("DOE JANE"));
  EXPECT_THAT(html, HasSubstr("45 years"));
  EXPECT_THAT(html, HasSubstr("2020-01-31"));
  EXPECT_THAT(html, HasSubstr(std::string(64, 'a')));
  EXPECT_THAT(html, HasSubstr("studies/17"));
  EXPECT_THAT(html, HasSubstr("5.75 s"));
  EXPECT_THAT(html, HasSubstr("<span>feet</span>"));
  EXPECT_THAT(html, HasSubstr("<span>head</span>"));
  EXPECT_THAT(html, Not(HasSubstr("Read with these in mind")));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(ReportHtml, LoadsNothingAndRunsItsOwnScriptAlone) {
  const std::string html = without_pictures(sample_page());
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  const std::regex reference(R"re((?:href|src)="([^"]*)")re");
  std::size_t found = 0;
  for (auto it = std::sregex_iterator(html.begin(), html.end(), reference);
       it != std::sregex_iterator(); ++it) {
    const std::string target = (*it)[1];
    EXPECT_TRUE(target.starts_with("data:image/") || target.starts_with("#")) << target;
    ++found;
  }
  EXPECT_GT(found, 0U);
  // Data and the page's script, which the policy names by its hash.
  EXPECT_EQ(occurrences(html, "<script"), 2U);
  EXPECT_EQ(occurrences(html, "<script type=\"application/json\""), 1U);
  const std::regex policy("default-src 'none'; [^\"]*script-src 'sha256-[A-Za-z0-9+/]{43}='");
  EXPECT_TRUE(std::regex_search(html, policy));
}

TEST(ReportHtml, AllSlicesCanBeLeafedThrough) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const std::string html = report_html(result, volume);
  const nlohmann::json data = browser_data(html);
  ASSERT_EQ(data["slices"].size(), 12U);
  EXPECT_EQ(data["start"], result.findings.lesions[0].largest_slice);
  EXPECT_THAT(data["slices"][11]["text"].get<std::string>(),
              AllOf(HasSubstr("Slice 12 of 12"), HasSubstr("probability 0.790, positive")));
  for (std::size_t k = 0; k < 12; ++k) {
    EXPECT_GT(data["slices"][k]["picture"].get<std::string>().size(), 100U);
    EXPECT_EQ(data["slices"][k]["opacity"] != "", *result.slices[k].opacity_pixels > 0);
    EXPECT_NE(data["slices"][k]["lungs"], "");
  }
  EXPECT_THAT(html, HasSubstr("<figcaption>Coronal</figcaption>"));
  EXPECT_THAT(html, HasSubstr("<figcaption>Sagittal</figcaption>"));
  const auto pictures = jcs::test::as_pictures(volume);
  const std::string plain = report_html(jcs::test::sample_result(pictures), pictures);
  EXPECT_THAT(plain, Not(HasSubstr("Coronal")));
  EXPECT_EQ(browser_data(plain)["slices"].size(), 12U);
}

TEST(ReportHtml, ListsLungsAndLesions) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("left lung, upper third, peripheral"));
  EXPECT_THAT(html, HasSubstr("<td>440.0</td><td>24.4</td><td>40 × 50 × 60</td><td>−402</td>"
                              "<td>390.0</td><td>50.0</td>"));
  EXPECT_THAT(html, HasSubstr("data-slice=\"10\" data-box=\"20 40 8 9\" disabled>slice 11<"));
  EXPECT_THAT(html, HasSubstr("outside the lungs"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">Left lung</th><td>1800</td><td>450.0</td>"));
  EXPECT_THAT(html, HasSubstr("3 smaller opacity areas below 0.1 ml, together 0.12 ml."));
  EXPECT_THAT(html, HasSubstr("1-25 %"));
}

TEST(ReportHtml, PicturesHaveNoFiguresInHounsfieldUnits) {
  auto volume = jcs::test::sample_volume();
  const auto findings = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  auto result = jcs::test::without_hounsfield_units(findings);
  volume.windowed = true;
  std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("<td>440.0</td><td>24.4</td><td>40 × 50 × 60</td><td>–</td>"
                              "<td>–</td><td>–</td>"));
  EXPECT_THAT(html, HasSubstr("<dt>Volume of opacities</dt>"));
  EXPECT_THAT(html, Not(HasSubstr("<dt>Ground glass</dt>")));
  EXPECT_THAT(html, Not(HasSubstr("<dt>Consolidation</dt>")));
  EXPECT_THAT(html, Not(HasSubstr("No opacity of 0.1 ml or more")));
  result.findings.lesions.clear();
  html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("No opacity of 0.1 ml or more was outlined."));
}

TEST(ReportHtml, NothingLiesOutsideLungsThatWereNotFound) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  result.findings.lungs.clear();
  for (auto& lesion : result.findings.lesions) {
    lesion.side.reset();
    lesion.third.reset();
    lesion.depth.reset();
  }
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_EQ(occurrences(html, "<td class=\"words\">lungs not found</td>"), 2U);
  EXPECT_THAT(html, Not(HasSubstr("outside the lungs")));
}

/// As the page writes numbers: rounded, with a true minus sign.
std::string shown(const nlohmann::json& number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, std::fabs(number.get<double>()));
  return (number.get<double>() < 0 ? "−" : "") + std::string(text);
}

TEST(ReportHtml, ItsNumbersAreThoseOfTheJson) {
  const auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const std::string html = without_pictures(report_html(result, volume));
  const auto json = nlohmann::json::parse(jcs::report::result_json(result, volume));
  const auto& found = json["findings"];
  const auto tile = [&](const std::string& value, const std::string& unit) {
    EXPECT_THAT(html, HasSubstr("<dd>" + value +
                                (unit.empty() ? "" : " <small>" + unit + "</small>") + "</dd>"));
  };
  tile(std::to_string(json["positive_slices"].get<int>()), "of 12");
  tile(std::to_string(json["threshold"].get<int>()), "slices");
  tile(shown(json["opacity_volume_ml"], 1), "ml");
  tile(shown(100 * found["opacity_share"].get<double>(), 1), "%");
  tile(found["severity"], "");
  tile(shown(found["ground_glass_ml"], 1), "ml");
  tile(shown(found["consolidation_ml"], 1), "ml");
  for (const auto& lung : found["lungs"]) {
    EXPECT_THAT(html, HasSubstr("<td>" + shown(lung["volume_ml"], 0) + "</td><td>" +
                                shown(lung["opacity_ml"], 1) + "</td>"));
  }
  for (const auto& lesion : found["lesions"]) {
    EXPECT_THAT(html, HasSubstr("<td>" + shown(lesion["volume_ml"], 1) + "</td>"));
    EXPECT_THAT(html, HasSubstr("<td>" + shown(lesion["mean_hu"], 0) + "</td><td>" +
                                shown(lesion["ground_glass_ml"], 1) + "</td><td>" +
                                shown(lesion["consolidation_ml"], 1) + "</td>"));
    EXPECT_THAT(
        html, HasSubstr(">slice " + std::to_string(lesion["largest_slice"].get<int>() + 1) + "<"));
  }
}

TEST(ReportHtml, ConcernsStandApartFromWarnings) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.verdict = Verdict::kUndetermined;
  result.concerns = {{"head", "This seems to be a head.", true},
                     {"wide_gaps", "Slices are far apart.", false}};
  result.warnings = {"This seems to be a head.", "Slices are far apart.", "something else"};
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("<li class=\"decisive\"><strong>No verdict:</strong> This seems"));
  EXPECT_THAT(html, HasSubstr("<li>Slices are far apart.</li>"));
  EXPECT_EQ(occurrences(html, "<li>something else</li>"), 1U);
  EXPECT_EQ(occurrences(html, "<li>This seems to be a head.</li>"), 0U);
}

TEST(ReportHtml, NothingOfThePatientIsLeftWithoutIdentity) {
  auto volume = jcs::test::sample_volume();
  volume.series.study_uid = "1.2.840.77";
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"19.4 mm (scan/IM5.dcm) is missing."};
  for (const auto identity : {jcs::report::Identity::kPseudonym, jcs::report::Identity::kNone}) {
    jcs::report::ReportOptions options;
    options.source = "/studies/jane";
    options.identity = identity;
    const std::string html = without_pictures(report_html(result, volume, options));
    for (const char* name : {"DOE", "JANE", "P-17", "2020-01-31", "IM5", "IM11", "/studies",
                             "1.2.3", "1.2.840.77", "Thorax 2.0"}) {
      EXPECT_THAT(html, Not(HasSubstr(name)));
    }
    EXPECT_THAT(html, HasSubstr("45 years"));
    EXPECT_EQ(html.find("patient-") != std::string::npos,
              identity == jcs::report::Identity::kPseudonym);
  }
}

TEST(ReportHtml, StaysBelowTenMegabytesForThreeHundredSlices) {
  auto volume = jcs::test::sample_volume(300, 512, 512);
  std::uint32_t state = 1;  // noise, which compresses badly
  for (std::int16_t& hu : volume.hu) {
    state = state * 1664525U + 1013904223U;
    hu = static_cast<std::int16_t>(hu + static_cast<int>(state >> 24) % 120);
  }
  auto result = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  EXPECT_LT(report_html(result, volume).size(), 10'000'000U);
}

TEST(ReportHtml, EscapesTextsOfTheStudy) {
  auto volume = jcs::test::sample_volume();
  volume.series.patient_name = "<script>alert(1)</script>";
  volume.series.patient_id = "\" onload='x' \x02\xFF{{notice}}";
  volume.series.series_description = "<img src=x>";
  volume.warnings = {"5 < 6 & \"7\""};
  auto result = jcs::test::sample_result(volume);
  result.slices[11].file = "<b>.dcm";
  result.device = "<i>";
  result.weights[0].file = "a&b<c";
  const std::string html = without_pictures(report_html(result, volume, {.source = "</title><x>"}));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, HasSubstr("&quot; onload=&apos;x&apos;  \xEF\xBF\xBD{{notice}}"));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x&gt;"));
  EXPECT_THAT(html, HasSubstr("5 &lt; 6 &amp; &quot;7&quot;"));
  EXPECT_THAT(html, HasSubstr("a&amp;b&lt;c"));
  for (const char* raw : {"<script>alert", "<img", "<b>", "<i>", "<x>", "\x02"}) {
    EXPECT_THAT(html, Not(HasSubstr(raw)));
  }
}

TEST(ReportHtml, ShowsWarningsBeforeTheChart) {
  auto volume = jcs::test::sample_volume();
  volume.warnings = {"two slices are missing"};
  auto result = jcs::test::sample_result(volume);
  result.warnings = {"few slices"};
  const std::string html = without_pictures(report_html(result, volume));
  const std::size_t heading = html.find("Read with these in mind");
  ASSERT_NE(heading, std::string::npos);
  EXPECT_LT(heading, html.find("Along the body"));
  EXPECT_THAT(html, HasSubstr("<li>few slices</li>"));
  EXPECT_THAT(html, HasSubstr("<li>two slices are missing</li>"));
}

TEST(ReportHtml, ANegativeCaseShowsTheMostSuspiciousSlicesAndSaysSo) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::without_segmentation(jcs::test::sample_result(volume));
  result.verdict = Verdict::kNegative;
  result.threshold = 25;
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("<h2 id=\"verdict\">Negative</h2>"));
  EXPECT_THAT(html, HasSubstr("Shown although the verdict is negative"));
  EXPECT_THAT(html, HasSubstr("which is not more than the threshold of 25 slices"));
  EXPECT_THAT(html, HasSubstr("not outlined"));
  EXPECT_EQ(occurrences(html, "<article class=\"slice\">"), 6U);
  EXPECT_THAT(html, Not(HasSubstr("Area of opacities")));
}

TEST(ReportHtml, AnUndeterminedCaseSaysWhy) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.verdict = Verdict::kUndetermined;
  result.threshold = 25;
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("<h2 id=\"verdict\">Undetermined</h2>"));
  EXPECT_THAT(html, HasSubstr("takes more than 25 slices that look positive"));
  EXPECT_THAT(html, HasSubstr("the series has only 12"));
}

TEST(ReportHtml, ShowsTheThresholdsShareAsTheSummaryDoes) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  result.threshold_fraction = 0.125;
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_THAT(html, HasSubstr("slices, 12.5 %<"));
  EXPECT_THAT(html, HasSubstr("(12.5 % of the series)"));
}

TEST(ReportHtml, PicturesCarrySideMarksAndAScaleWhereTheyAreKnown) {
  const std::string html = without_pictures(sample_page());
  // The column index grows to the patient's left: their right side is on the left of the picture.
  EXPECT_THAT(html, HasSubstr("<text x=\"1.5%\" y=\"50%\">R</text>"));
  EXPECT_THAT(html, HasSubstr("text-anchor=\"end\">L</text>"));
  EXPECT_THAT(html, HasSubstr(">10 cm</text>"));
  // 48 rows of 8 mm against columns of 6 mm: shown 64 wide and 64 high.
  EXPECT_THAT(html, HasSubstr("viewBox=\"0 0 64 64.0\""));

  auto flipped = jcs::test::sample_volume();
  flipped.row_direction = {-1, 0, 0};
  const std::string other =
      without_pictures(report_html(jcs::test::sample_result(flipped), flipped));
  EXPECT_THAT(other, HasSubstr("<text x=\"1.5%\" y=\"50%\">L</text>"));

  const auto pictures = jcs::test::as_pictures(jcs::test::sample_volume());
  const std::string plain =
      without_pictures(report_html(jcs::test::sample_result(pictures), pictures));
  EXPECT_THAT(plain, Not(HasSubstr("y=\"50%\">")));
  EXPECT_THAT(plain, Not(HasSubstr(" cm</text>")));
  EXPECT_THAT(plain, HasSubstr("<span>first slice</span>"));
  EXPECT_THAT(plain, HasSubstr("<dd class=\"missing\">not given</dd>"));
}

TEST(ReportHtml, NothingIsCalledRightOrLeftWhereNoFileNamesAnOrientation) {
  auto volume = jcs::test::sample_volume();
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  constexpr const char* kAssumed = "Right and left are assumed";
  const auto letters = [](const std::string& html) {
    std::size_t count = 0;
    for (const char* letter : {"R", "L", "A", "P"}) {
      count += occurrences(html, ">" + std::string(letter) + "</text>");
    }
    return count;
  };
  const std::string known = without_pictures(report_html(result, volume));
  EXPECT_GT(letters(known), 0U);
  EXPECT_THAT(known, Not(HasSubstr(kAssumed)));
  EXPECT_THAT(known, HasSubstr("<span>head</span>"));

  for (auto& slice : volume.slices) slice.oriented = false;
  const std::string assumed = without_pictures(report_html(result, volume));
  EXPECT_EQ(letters(assumed), 0U);
  EXPECT_THAT(assumed, HasSubstr(kAssumed));
  EXPECT_THAT(assumed, Not(HasSubstr("<span>head</span>")));
}

TEST(ReportHtml, TheAxisNamesNoEndOfTheBodyWherePositionsAreNotKnown) {
  auto volume = jcs::test::sample_volume();
  for (auto& slice : volume.slices) {
    slice.location_mm = std::numeric_limits<double>::quiet_NaN();
  }
  const std::string html = without_pictures(report_html(jcs::test::sample_result(volume), volume));
  EXPECT_THAT(html, HasSubstr("<span>first slice</span>"));
  EXPECT_THAT(html, HasSubstr("<span>last slice</span>"));
  EXPECT_THAT(html, Not(HasSubstr("<span>head</span>")));
}

/// From the slices that matter on.
std::string key_slices_of(const std::string& html) {
  return html.substr(html.find("id=\"slices\""));
}

TEST(ReportHtml, HeatAndOutlineAppearOnlyWhereTheyExist) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  const std::string html = key_slices_of(without_pictures(report_html(result, volume)));
  EXPECT_EQ(occurrences(html, "<figcaption>Activation map of the classifier</figcaption>"), 2U);
  EXPECT_EQ(occurrences(html, "class=\"contour\""),
            occurrences(html, "<figcaption>Outlined opacities</figcaption>"));
  EXPECT_GT(occurrences(html, "class=\"contour\""), 0U);

  result = jcs::test::without_segmentation(result);
  result.activation_maps.clear();
  const std::string bare = key_slices_of(without_pictures(report_html(result, volume)));
  EXPECT_THAT(bare, Not(HasSubstr("Activation map of the classifier")));
  EXPECT_THAT(bare, Not(HasSubstr("class=\"contour\"")));
  EXPECT_THAT(bare, HasSubstr("<figcaption>Slice</figcaption>"));
  EXPECT_THAT(bare, Not(HasSubstr("<dt>Opacity</dt>")));
}

TEST(ReportHtml, ASliceThatWasNotLookedAtIsNotSaidToBeFree) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  const std::string all = without_pictures(report_html(result, volume));
  EXPECT_THAT(all, HasSubstr("Slice 1 at \u2212300.0 mm: 0.0 cm²"));
  EXPECT_THAT(all, Not(HasSubstr("ot looked at")));
  result.activation_maps[0].slice = 0;  // which makes it one of those shown
  result.slices[0].probability = 0.99;
  for (std::size_t i : {0, 1}) {
    result.slices[i].opacity_pixels.reset();
    result.slices[i].opacity_area_mm2.reset();
  }
  const std::string some = without_pictures(report_html(result, volume));
  EXPECT_THAT(some, HasSubstr("Slice 1 at \u2212300.0 mm: not looked at</title>"));
  EXPECT_THAT(some, HasSubstr("Slice 3 at \u2212280.0 mm: 0.0 cm²</title>"));
  EXPECT_THAT(some, HasSubstr("<figcaption>Not looked at for opacities</figcaption>"));
  EXPECT_THAT(some, HasSubstr("opacity not looked at"));
}

TEST(ReportHtml, TheChartsLineLiesWhereSlicesBecomePositive) {
  const auto volume = jcs::test::sample_volume();
  auto result = jcs::test::sample_result(volume);
  const std::string half = without_pictures(report_html(result, volume));
  EXPECT_THAT(half, HasSubstr("y1=\"50.00\" y2=\"50.00\""));
  EXPECT_THAT(half, HasSubstr("style=\"bottom:50.00%\">0.5</span>"));
  result.slice_probability = 0.375;
  const std::string lower = without_pictures(report_html(result, volume));
  EXPECT_THAT(lower, HasSubstr("y1=\"62.50\" y2=\"62.50\""));
  EXPECT_THAT(lower, HasSubstr("style=\"bottom:37.50%\">0.375</span>"));
  EXPECT_THAT(lower, HasSubstr("counted as positive: above 0.375"));
  result.slice_probability = 0.97;
  EXPECT_THAT(without_pictures(report_html(result, volume)), Not(HasSubstr(">0.97</span>")));
}

TEST(ReportHtml, NoNumberIsEverNan) {
  auto volume = jcs::test::as_pictures(jcs::test::sample_volume());
  auto result = jcs::test::sample_result(volume);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (auto& slice : result.slices) {
    slice.probability = nan;
  }
  result.activation_maps[0].values.assign(volume.pixels(), std::numeric_limits<float>::quiet_NaN());
  result.timing[0].seconds = nan;
  const std::string html = without_pictures(report_html(result, volume));
  EXPECT_FALSE(std::regex_search(html, std::regex("\\b(nan|inf)\\b", std::regex::icase)));
  EXPECT_THAT(html, HasSubstr("not known"));
}

TEST(ReportHtml, KeySlicesCanBeLeftOut) {
  const auto volume = jcs::test::sample_volume();
  const std::string html = report_html(jcs::test::sample_result(volume), volume, {.key_slices = 0});
  EXPECT_THAT(html, HasSubstr("No slices are shown."));
  EXPECT_THAT(html, Not(HasSubstr("<article")));
}

}  // namespace
