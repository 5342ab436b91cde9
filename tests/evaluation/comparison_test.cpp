#include "jcs/evaluation/comparison.hpp"

#include <cmath>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/evaluation/segmentation_files.hpp"

#include "picture_files.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::evaluation::ComparedFigure;
using jcs::evaluation::PictureResult;
using testing::HasSubstr;

const ComparedFigure& named(const std::vector<ComparedFigure>& figures, const std::string& name) {
  for (const auto& figure : figures) {
    if (figure.name == name) return figure;
  }
  throw std::runtime_error("no figure " + name);
}

class ComparisonTest : public testing::Test {
 protected:
  // Six patients with 5 columns of opacity each; of patient i `found(i)` columns are predicted.
  std::filesystem::path evaluation(const std::string& name, int (*found)(int), int annotated = 5) {
    std::vector<PictureResult> pictures;
    for (int i = 0; i < 6; ++i) {
      cv::Mat map;
      jcs::test::rectangle(10, 10, {0, 0, found(i), 10}).convertTo(map, CV_32F, 1.0 / 255);
      pictures.push_back(jcs::evaluation::score_picture(
          "p" + std::to_string(i), std::to_string(i), map,
          jcs::test::rectangle(10, 10, {0, 0, annotated, 10}, 1), {}, {}));
    }
    const auto file = dir_ / name;
    std::ofstream(file) << jcs::evaluation::to_json(pictures,
                                                    jcs::evaluation::summarise(pictures, {}));
    return file;
  }
  jcs::test::TempDir dir_;
};

TEST_F(ComparisonTest, ABetterSegmenterIsBetterWithAnInterval) {
  const auto worse = evaluation("worse.json", [](int i) { return 1 + i % 2; });
  const auto better = evaluation("better.json", [](int i) { return 4 + i % 2; });
  const auto figures = jcs::evaluation::compare_segmentations(worse, better, {});
  const ComparedFigure& dice = named(figures, "dice");
  EXPECT_EQ(dice.pairs, 6);
  EXPECT_NEAR(dice.difference.value(), dice.second.value() - dice.first.value(), 1e-12);
  EXPECT_GT(dice.interval->low, 0.0);
  EXPECT_DOUBLE_EQ(dice.p_value.value(), 1.0 / 32) << "no six patients prove more";
  const auto back = jcs::evaluation::compare_segmentations(better, worse, {});
  EXPECT_NEAR(named(back, "dice").difference.value(), -dice.difference.value(), 1e-12);
}

TEST_F(ComparisonTest, EqualSegmentersDifferByNothing) {
  const auto one = evaluation("one.json", [](int i) { return 2 + i % 3; });
  const ComparedFigure dice = named(jcs::evaluation::compare_segmentations(one, one, {}), "dice");
  EXPECT_EQ(dice.difference, 0.0);
  EXPECT_EQ(dice.p_value, 1.0);
}

TEST_F(ComparisonTest, PatientsAreThoseOfWhicheverFileNamesThem) {
  const auto changed = [&](const std::filesystem::path& file, const char* name,
                           const std::function<std::string(int)>& patient) {
    auto json = nlohmann::json::parse(std::ifstream(file));
    for (int i = 0; i < 6; ++i)
      json["pictures"][static_cast<std::size_t>(i)]["patient"] = patient(i);
    std::ofstream(dir_ / name) << json;
    return dir_ / name;
  };
  const auto half = [](int i) { return std::to_string(i / 2); };
  const auto one = changed(evaluation("a.json", [](int i) { return 1 + i % 3; }), "one.json", half);
  const auto other = evaluation("b.json", [](int i) { return 2 + i / 2; });
  const auto nobody = changed(other, "nobody.json", [](int) { return std::string(); });
  const auto interval = [](const auto& first, const auto& second) {
    return named(jcs::evaluation::compare_segmentations(first, second, {}), "dice")
        .interval.value();
  };
  const auto expected = interval(one, changed(other, "both.json", half));
  EXPECT_EQ(interval(one, nobody), expected);
  const auto swapped = interval(nobody, one);
  EXPECT_DOUBLE_EQ(swapped.low, -expected.high);
  EXPECT_DOUBLE_EQ(swapped.high, -expected.low);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { interval(one, other); }),
              testing::AllOf(HasSubstr("b.json: picture 'p1' is of another patient"),
                             HasSubstr("expected '0', got '1'")));
}

TEST_F(ComparisonTest, RefusesOtherPicturesAndOtherFiles) {
  const auto one = evaluation("one.json", [](int) { return 2; });
  const auto other = evaluation(
      "other.json", [](int) { return 2; }, 6);
  const auto refusal = [&](const std::filesystem::path& file) {
    return jcs::test::error_line<jcs::InputError>(
        [&] { jcs::evaluation::compare_segmentations(one, file, {}); });
  };
  EXPECT_THAT(refusal(other), HasSubstr("another annotation"));
  auto json = nlohmann::json::parse(std::ifstream(one));
  json["pictures"].erase(3);
  std::ofstream(dir_ / "less.json") << json;
  const auto refused_with = [&](const std::function<void(nlohmann::json&)>& change) {
    auto changed = nlohmann::json::parse(std::ifstream(one));
    change(changed["pictures"]);
    std::ofstream(dir_ / "changed.json") << changed;
    return refusal(dir_ / "changed.json");
  };
  for (const nlohmann::json& bad :
       {nlohmann::json(-1), nlohmann::json(1e300), nlohmann::json(true)}) {
    EXPECT_THAT(refused_with([&](auto& all) { all[0]["opacity_area"] = bad; }),
                HasSubstr("is no evaluation"));
  }
  EXPECT_THAT(refused_with([](auto& all) { all[0]["dice"] = true; }),
              HasSubstr("is no evaluation"));
  EXPECT_THAT(refused_with([](auto& all) { all.push_back(all[0]); }),
              HasSubstr("two pictures have the name"));
  json["pictures"][0]["patient"] = "@";
  std::string deep = json.dump();
  deep.replace(deep.find("\"@\""), 3, std::string(200'000, '[') + std::string(200'000, ']'));
  std::ofstream(dir_ / "deep.json") << deep;
  EXPECT_THAT(refusal(dir_ / "deep.json"), HasSubstr("nested too deep"));
  EXPECT_THAT(refusal(dir_ / "less.json"), testing::AllOf(HasSubstr("lacks"), HasSubstr("'p3'")));
  std::ofstream(dir_ / "text.json") << "no json";
  EXPECT_THAT(refusal(dir_ / "text.json"), HasSubstr("no evaluation of a segmentation"));
  EXPECT_THAT(refusal(dir_ / "gone.json"), HasSubstr("cannot be read"));
}

class ClassificationComparison : public testing::Test {
 protected:
  // Four patients, two of them ill, with 10 slices each; ill slices have probability `ill`.
  std::filesystem::path predictions(const std::string& name, double ill, double well,
                                    int patients = 4) {
    const auto file = dir_ / name;
    std::ofstream out(file);
    out << "patient,slice,label,probability\n";
    for (int p = 0; p < patients; ++p) {
      for (int s = 0; s < 10; ++s) {
        const bool label = p % 2 == 0;
        // One slice of ten is called wrongly, whoever classifies, of the later patients two.
        out << p << "," << s << "," << label << "," << (label == (s > p / 2) ? ill : well) << "\n";
      }
    }
    return file;
  }
  jcs::test::TempDir dir_;
};

TEST_F(ClassificationComparison, MeasuresBothOnTheSameSlices) {
  const auto blind = predictions("blind.csv", 0.4, 0.4),
             seeing = predictions("seeing.csv", 0.8, 0.1);
  const auto figures = jcs::evaluation::compare_classifications(blind, seeing, {});
  const ComparedFigure& area = named(figures, "roc_area");
  EXPECT_DOUBLE_EQ(area.first.value(), 0.5);
  EXPECT_NEAR(area.second.value(), 0.85, 1e-12);
  EXPECT_GT(area.interval->low, 0.0);
  const ComparedFigure& sensitivity = named(figures, "sensitivity");
  EXPECT_DOUBLE_EQ(sensitivity.first.value(), 0.0);
  EXPECT_DOUBLE_EQ(sensitivity.second.value(), 0.85);
  EXPECT_EQ(sensitivity.p_value, 0.5) << "two ill patients prove nothing";
  EXPECT_EQ(sensitivity.pairs, 40);
}

TEST_F(ClassificationComparison, OneWellPatientGivesNoInterval) {
  const auto figures = jcs::evaluation::compare_classifications(
      predictions("a.csv", 0.8, 0.1, 3), predictions("b.csv", 0.7, 0.6, 3), {});
  EXPECT_FALSE(named(figures, "specificity").interval.has_value());
  EXPECT_TRUE(named(figures, "specificity").difference.has_value());
  EXPECT_TRUE(named(figures, "sensitivity").interval.has_value());
}

TEST_F(ClassificationComparison, RefusesWhatIsNoProbability) {
  const auto file = predictions("a.csv", 0.8, 0.1);
  for (const double wrong : {50.0, -1.0, std::nan("")}) {
    jcs::evaluation::ClassificationOptions options;
    options.slice_probability = wrong;
    EXPECT_THAT(jcs::test::error_line<jcs::UsageError>(
                    [&] { jcs::evaluation::compare_classifications(file, file, options); }),
                HasSubstr("slice_probability"));
  }
}

TEST_F(ClassificationComparison, RefusesOtherSlices) {
  const auto four = predictions("four.csv", 0.8, 0.1), six = predictions("six.csv", 0.8, 0.1, 6);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::evaluation::compare_classifications(four, six, {}); }),
              testing::AllOf(HasSubstr("four.csv"), HasSubstr("lacks a labelled slice")));
}

}  // namespace
