#include "jcs/evaluation/slice_predictions.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using testing::HasSubstr;

class SlicePredictionsTest : public testing::Test {
 protected:
  std::vector<jcs::evaluation::SlicePrediction> read(const std::string& text) {
    std::ofstream(dir_ / "p.csv") << text;
    return jcs::evaluation::read_predictions(dir_ / "p.csv");
  }
  std::string refusal(const std::string& text) {
    return jcs::test::error_line<jcs::InputError>([&] { read(text); });
  }
  jcs::test::TempDir dir_;
};

TEST_F(SlicePredictionsTest, ReadsColumnsInAnyOrder) {
  const auto slices =
      read("probability,slice,patient,label,note\n0.25,1,p,1,x\n1e-3,2,p,,\n1,\"a,b\",,0,\n");
  ASSERT_EQ(slices.size(), 3u);
  EXPECT_DOUBLE_EQ(slices[0].probability, 0.25);
  EXPECT_EQ(slices[0].label, true);
  EXPECT_EQ(slices[0].patient, "p");
  EXPECT_FALSE(slices[1].label.has_value());
  EXPECT_EQ(slices[2].slice, "a,b");
  EXPECT_TRUE(slices[2].patient.empty());
  EXPECT_FALSE(slices[2].patient_label.has_value());
}

TEST_F(SlicePredictionsTest, WhatIsWrittenReadsBackExactly) {
  std::vector<jcs::evaluation::SlicePrediction> slices(2);
  slices[0] = {"p \"1\"", "x,1", true, 0.1 + 0.2, std::nullopt};
  slices[1] = {"q", "2", std::nullopt, 1.0 / 3, false};
  const auto again = read(jcs::evaluation::to_csv(slices));
  ASSERT_EQ(again.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again[i].patient, slices[i].patient);
    EXPECT_EQ(again[i].slice, slices[i].slice);
    EXPECT_EQ(again[i].label, slices[i].label);
    EXPECT_EQ(again[i].patient_label, slices[i].patient_label);
    EXPECT_EQ(again[i].probability, slices[i].probability);
  }
}

TEST_F(SlicePredictionsTest, RefusesInOneLine) {
  const std::string header = "patient,slice,label,probability\n";
  EXPECT_THAT(refusal("patient,slice,probability\np,1,0.5\n"), HasSubstr("no column 'label'"));
  EXPECT_THAT(refusal(header + "p,1,1,0.5\np,2,2,0.5\n"),
              testing::AllOf(HasSubstr("p.csv:3"), HasSubstr("no label"), HasSubstr("'2'")));
  for (const char* bad : {"1.01", "-0.1", "nan", "", "high"}) {
    EXPECT_THAT(refusal(header + "p,1,1," + bad + "\n"), HasSubstr("no probability")) << bad;
  }
  EXPECT_THAT(refusal(header + "p,1,1,0.5\np,1,0,0.4\n"), HasSubstr("given twice"));
  EXPECT_THAT(refusal(header), HasSubstr("no predictions"));
  EXPECT_THAT(refusal(header + "p,1\n"), HasSubstr("p.csv:2: too few fields"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::evaluation::read_predictions(dir_ / "gone.csv"); }),
              HasSubstr("gone.csv: cannot be read: No such file or directory"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::evaluation::read_predictions(dir_.path()); }),
              HasSubstr("cannot be read: Is a directory"));
}

}  // namespace
