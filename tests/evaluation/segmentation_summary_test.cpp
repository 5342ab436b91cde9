#include "jcs/evaluation/segmentation_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/evaluation/segmentation_files.hpp"

#include "picture_files.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::evaluation::PictureResult;
using jcs::test::rectangle;
using testing::HasSubstr;

// A picture of 10 x 10 with `annotated` columns of opacity, of which the first `predicted` are
// found.
PictureResult picture(const std::string& name, const std::string& patient, int annotated,
                      int predicted) {
  cv::Mat map;
  rectangle(10, 10, {0, 0, predicted, 10}).convertTo(map, CV_32F, 1.0 / 255);
  return jcs::evaluation::score_picture(name, patient, map,
                                        rectangle(10, 10, {0, 0, annotated, 10}, 1), {}, {});
}

const std::vector<PictureResult>& three_patients() {
  static const std::vector<PictureResult> kPictures = {
      picture("a1", "a", 4, 4), picture("a2", "a", 4, 4),    picture("b", "b", 4, 2),
      picture("c", "c", 8, 0),  picture("empty", "c", 0, 0), picture("alarm", "c", 0, 1)};
  return kPictures;
}

const jcs::evaluation::FigureSummary& figure(const jcs::evaluation::SegmentationSummary& summary,
                                             const std::string& name) {
  for (const auto& one : summary.figures) {
    if (one.name == name) return one;
  }
  throw std::runtime_error("no figure " + name);
}

TEST(SegmentationSummary, MeansCountsAndPools) {
  const auto summary = jcs::evaluation::summarise(three_patients(), {});
  EXPECT_EQ(summary.pictures, 6);
  EXPECT_EQ(summary.patients, 3);
  EXPECT_EQ(summary.unknown, 0);
  EXPECT_EQ(summary.empty_annotations, 2);
  EXPECT_EQ(summary.false_alarms, 1);
  // Dice: 1, 1, 2·20/(20 + 40), 0, undefined, 0
  EXPECT_NEAR(figure(summary, "dice").mean.value(), (1 + 1 + 2.0 / 3 + 0 + 0) / 5, 1e-12);
  EXPECT_EQ(figure(summary, "dice").pictures, 5);
  EXPECT_EQ(figure(summary, "dice").undefined, 1);
  EXPECT_EQ(figure(summary, "sensitivity").undefined, 2);
  EXPECT_EQ(summary.pooled.tp, 100);
  EXPECT_EQ(summary.pooled.fn, 20 + 80);
  EXPECT_EQ(summary.pooled.fp, 10);
  EXPECT_EQ(summary.high_dice, 3);
  EXPECT_EQ(summary.middle_dice, 0);
  EXPECT_EQ(summary.low_dice, 1);
}

TEST(SegmentationSummary, IntervalsComeFromPatientsAndTheSeed) {
  const auto first = jcs::evaluation::summarise(three_patients(), {});
  const auto again = jcs::evaluation::summarise(three_patients(), {});
  ASSERT_TRUE(figure(first, "dice").interval.has_value());
  EXPECT_EQ(figure(first, "dice").interval, figure(again, "dice").interval);
  EXPECT_GE(figure(first, "dice").interval->low, 0.0);
  EXPECT_LE(figure(first, "dice").interval->high, 1.0);
  EXPECT_LT(figure(first, "dice").interval->low, figure(first, "dice").mean.value());
  EXPECT_GT(figure(first, "dice").interval->high, figure(first, "dice").mean.value());
  // A single patient says nothing of others.
  const auto alone =
      jcs::evaluation::summarise({picture("a", "a", 4, 4), picture("b", "a", 4, 2)}, {});
  EXPECT_FALSE(figure(alone, "dice").interval.has_value());
  // Nobody known: each picture stands for itself.
  const auto nobody =
      jcs::evaluation::summarise({picture("a", "", 4, 4), picture("b", "", 4, 2)}, {});
  EXPECT_TRUE(figure(nobody, "dice").interval.has_value());
  EXPECT_EQ(nobody.unknown, 2);
}

TEST(SegmentationSummary, GroupsByAreaAndLesions) {
  auto pictures = three_patients();
  pictures[0].lesions = 2;
  pictures[1].lesions = 3;
  const auto summary = jcs::evaluation::summarise(pictures, {});
  ASSERT_EQ(summary.by_lesions.size(), 2u);
  EXPECT_EQ(summary.by_lesions[0].name, "1-2");
  EXPECT_EQ(summary.by_lesions[0].pictures, 3);
  EXPECT_EQ(summary.by_lesions[1].name, "3-4");
  ASSERT_EQ(summary.by_area.size(), 1u);  // 40 % and 80 % of the picture
  EXPECT_EQ(summary.by_area[0].pictures, 4);
}

TEST(SegmentationSummary, JsonAndCsvSayTheSame) {
  const auto summary = jcs::evaluation::summarise(three_patients(), {});
  const auto json = jcs::evaluation::to_json(three_patients(), summary);
  ASSERT_EQ(json.at("pictures").size(), 6u);
  const auto& first = json.at("pictures").at(2);
  EXPECT_EQ(first.at("name"), "b");
  EXPECT_NEAR(first.at("dice").get<double>(), 2.0 / 3, 1e-12);
  EXPECT_TRUE(json.at("pictures").at(4).at("dice").is_null());
  EXPECT_TRUE(json.at("pictures").at(4).at("empty_annotation"));
  EXPECT_TRUE(first.at("hausdorff95_mm").is_null());  // no spacing is known
  EXPECT_EQ(json.at("summary").at("dice").at("pictures"), 5);
  EXPECT_EQ(json.at("summary").at("dice").at("interval").size(), 2u);
  EXPECT_EQ(json.at("summary").at("pooled").at("tp"), 100);
  const std::string csv = jcs::evaluation::to_csv(three_patients());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 7);
  EXPECT_THAT(csv, testing::StartsWith("name,patient,rows,columns,lesions,opacity_area,tp,fp,fn,tn,"
                                       "dice,iou,"));
  EXPECT_THAT(jcs::evaluation::to_table(summary, 0.95), HasSubstr("2 without opacity, 1 of them"));
}

TEST(SegmentationSummary, DistancesWhereTheSpacingIsKnown) {
  cv::Mat map;
  rectangle(20, 20, {4, 4, 8, 8}).convertTo(map, CV_32F, 1.0 / 255);
  const auto shifted = jcs::evaluation::score_picture(
      "x", "", map, rectangle(20, 20, {4, 6, 8, 8}, 1), {.row_mm = 0.5, .column_mm = 3.0}, {});
  // Two rows lower: 1 mm.
  EXPECT_NEAR(shifted.scores.hausdorff95_mm.value(), 1.0, 1e-9);
  EXPECT_GT(shifted.scores.surface_distance_mm.value(), 0.0);
}

TEST(SegmentationSummary, RefusesNothingAndWrongSizes) {
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [] { jcs::evaluation::summarise(std::vector<PictureResult>{}, {}); }),
              HasSubstr("no pictures"));
  const cv::Mat map = cv::Mat::zeros(4, 4, CV_32FC1), other = cv::Mat::zeros(4, 5, CV_8UC1);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::evaluation::score_picture("x", "", map, other, {}, {}); }),
              HasSubstr("x: prediction and annotation differ in size"));
  const cv::Mat wrong = cv::Mat::ones(4, 4, CV_32FC1) * 2;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] {
                jcs::evaluation::score_picture("x", "", wrong, cv::Mat::zeros(4, 4, CV_8UC1), {},
                                               {});
              }),
              HasSubstr("no probability"));
}

}  // namespace
