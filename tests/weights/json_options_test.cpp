#include "jcs/weights/json_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/models/options.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::test::error_line;
using jcs::weights::from_json;
using jcs::weights::to_json;
using testing::HasSubstr;

TEST(JsonOptions, ReadsWhatItWrites) {
  jcs::models::SegmenterOptions options = jcs::models::SegmenterOptions::joint_paper();
  options.encoder.width = 24;
  options.classifier.layers = {1, 2, 3, 4};
  options.efm = false;
  EXPECT_EQ(from_json<jcs::models::SegmenterOptions>(to_json(options), "f"), options);
  jcs::Preprocessing preprocessing;
  preprocessing.window_center = -437.25;
  preprocessing.mean = {0.1, 1.0 / 3.0, 2.0};
  EXPECT_EQ(from_json<jcs::Preprocessing>(to_json(preprocessing), "f"), preprocessing);
}

TEST(JsonOptions, WhatIsNotNamedKeepsItsValue) {
  jcs::Preprocessing defaults;
  defaults.crop = 7;
  const auto read = from_json(nlohmann::json{{"resize", 3}}, "f", defaults);
  EXPECT_EQ(read.resize, 3);
  EXPECT_EQ(read.crop, 7);
}

TEST(JsonOptions, RefusesWhatItDoesNotUnderstand) {
  const auto line = [](const char* text) {
    return error_line<jcs::WeightsError>(
        [&] { from_json<jcs::Preprocessing>(nlohmann::json::parse(text), "f.safetensors"); });
  };
  EXPECT_THAT(line(R"({"resise": 3})"), HasSubstr("f.safetensors: unknown key 'resise'"));
  EXPECT_THAT(line(R"({"resize": "3"})"), HasSubstr("expected a whole number at least 0"));
  EXPECT_THAT(line(R"({"resize": 3.5})"), HasSubstr("got 3.5"));
  EXPECT_THAT(line(R"({"resize": -1})"), HasSubstr("got -1"));
  EXPECT_THAT(line(R"({"resize": 18446744073709551615})"), HasSubstr("'resize'"));
  EXPECT_THAT(line(R"({"resize": null})"), HasSubstr("got null"));
  EXPECT_THAT(line(R"({"mean": [1, 2]})"), HasSubstr("expected 3 numbers, got 2"));
  EXPECT_THAT(line(R"({"mean": [1, 2, "x"]})"), HasSubstr("got \"x\""));
  EXPECT_THAT(line(R"({"std": [1, 0, 1]})"), HasSubstr("above 0"));
  EXPECT_THAT(line(R"([1])"), HasSubstr("is no JSON object"));
  EXPECT_THAT(error_line<jcs::WeightsError>([] {
                from_json<jcs::models::SegmenterOptions>(
                    nlohmann::json::parse(R"({"encoder": {"norm": "cold"}})"), "f");
              }),
              HasSubstr("f.encoder: 'norm' has a wrong value (expected one of trained, frozen"));
}

}  // namespace
