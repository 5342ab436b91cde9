// Cuts through the slices, through the page that shows them.
#include <algorithm>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "jcs/report/html.hpp"

#include "report/browser_data.hpp"
#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"

namespace {

using jcs::report::report_html;
using jcs::test::browser_data;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// What the cuts are called, in the order of the page.
std::vector<std::string> cuts(const jcs::imaging::CtVolume& volume) {
  const std::string html = report_html(jcs::test::sample_result(volume), volume);
  const std::regex figure("aria-label=\"([^\"]*) cut\"");
  std::vector<std::string> names;
  for (std::sregex_iterator at(html.begin(), html.end(), figure), end; at != end; ++at) {
    names.push_back((*at)[1]);
  }
  return names;
}

TEST(Planes, AreNamedByTheBodyHoweverSlicesAreStored) {
  auto volume = jcs::test::sample_volume();
  EXPECT_THAT(cuts(volume), ElementsAre("Coronal", "Sagittal"));
  volume.row_direction = {0, 1, 0};
  volume.column_direction = {-1, 0, 0};
  EXPECT_THAT(cuts(volume), ElementsAre("Sagittal", "Coronal"));
  volume.row_direction = {1, 0, 0};
  volume.column_direction = {0, 0, -1};
  volume.normal = {0, 1, 0};
  EXPECT_THAT(cuts(volume), ElementsAre("Axial", "Sagittal"));
  volume.row_direction = {std::sqrt(0.5), std::sqrt(0.5), 0};
  volume.column_direction = {-std::sqrt(0.5), std::sqrt(0.5), 0};
  volume.normal = {0, 0, 1};
  EXPECT_THAT(cuts(volume), ElementsAre("Along the columns", "Along the rows"));
  volume = jcs::test::sample_volume();
  for (auto& slice : volume.slices) slice.oriented = false;
  EXPECT_THAT(cuts(volume), ElementsAre("Along the columns", "Along the rows"));
}

TEST(Planes, ShowSlicesWhereTheyLie) {
  auto volume = jcs::test::sample_volume();
  const std::string even = report_html(jcs::test::sample_result(volume), volume);
  EXPECT_THAT(even, HasSubstr("<svg viewBox=\"0 0 384 120\""));
  EXPECT_FALSE(browser_data(even).contains("heights"));
  EXPECT_THAT(even, Not(HasSubstr("uneven")));

  // The upper half lies 30 mm apart: 250 mm are shown, 65 mm of them below its first slice.
  for (std::size_t k = 6; k < 12; ++k) {
    volume.slices[k].location_mm = -250 + 30.0 * static_cast<double>(k - 5);
  }
  const auto result = jcs::test::with_findings(jcs::test::sample_result(volume), volume);
  const std::string html = report_html(result, volume);
  EXPECT_THAT(html, HasSubstr("<svg viewBox=\"0 0 384 250\""));
  EXPECT_THAT(html, HasSubstr("10.00 mm, uneven (median)"));
  const nlohmann::json heights = browser_data(html)["heights"];
  ASSERT_EQ(heights.size(), 12U);
  EXPECT_NEAR(heights[0].get<double>(), 5.0 / 250, 1e-9);
  EXPECT_NEAR(heights[6].get<double>(), 85.0 / 250, 1e-9);
  EXPECT_NEAR(heights[11].get<double>(), 235.0 / 250, 1e-9);
  // The opacity fills that half.
  const std::string start = "id=\"at-row-opacity\" class=\"contour\" d=\"";
  const std::size_t from = html.find(start);
  ASSERT_NE(from, std::string::npos);
  const std::string path =
      html.substr(from + start.size(), html.find('"', from + start.size()) - from - start.size());
  const std::regex point("[ML]([0-9.]+) ([0-9.]+)");
  double top = 1000, bottom = 0;
  for (std::sregex_iterator at(path.begin(), path.end(), point), end; at != end; ++at) {
    top = std::min(top, std::stod((*at)[2]));
    bottom = std::max(bottom, std::stod((*at)[2]));
  }
  EXPECT_NEAR(top, 0, 2);
  EXPECT_NEAR(bottom, 180, 2);

  // Places that are not known are taken for even ones.
  for (auto& slice : volume.slices) slice.location_mm = std::nan("");
  EXPECT_THAT(report_html(jcs::test::sample_result(volume), volume),
              HasSubstr("<svg viewBox=\"0 0 384 120\""));
}

}  // namespace
