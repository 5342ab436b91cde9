#include "jcs/core/json_text.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

std::string nested(std::size_t levels, const std::string& inside = "1") {
  return std::string(levels, '[') + inside + std::string(levels, ']');
}

TEST(JsonText, NestsAsDeepAsAllowedAndNoDeeper) {
  EXPECT_TRUE(jcs::parseable_json(nested(jcs::kMostJsonDepth)));
  EXPECT_FALSE(jcs::parseable_json(nested(jcs::kMostJsonDepth + 1)));
  EXPECT_FALSE(jcs::parseable_json("{\"a\":" + nested(jcs::kMostJsonDepth) + "}"));
}

TEST(JsonText, BracketsInTextsAndBesideEachOtherDoNotCount) {
  EXPECT_TRUE(jcs::parseable_json("[\"" + nested(500, "\\\"") + "\\\\\"]"));
  std::string beside;
  for (int i = 0; i < 500; ++i) beside += "[{}],";
  EXPECT_TRUE(jcs::parseable_json(beside));
  // A text that does not end, and one that ends with a backslash.
  EXPECT_TRUE(jcs::parseable_json("[\"" + nested(500)));
  EXPECT_TRUE(jcs::parseable_json("\"\\"));
}

TEST(JsonText, ItsExtentIsKnownWithoutParsing) {
  const jcs::JsonExtent extent = jcs::json_extent(R"({"a": [1, 2, {"[[[[": "\"[,,"}]})");
  EXPECT_EQ(extent.depth, 3U);
  EXPECT_GE(extent.values, 5U);
  EXPECT_LE(extent.values, 7U);
  EXPECT_EQ(jcs::json_extent("7").depth, 0U);
  EXPECT_EQ(jcs::json_extent("]]]]").depth, 0U);
}

TEST(JsonText, WhatIsNestedWithoutEndIsNotParsed) {
  const jcs::test::TempDir dir;
  const auto file = dir / "deep.json";
  std::ofstream(file) << std::string(1000, '[') << std::string(1000, ']');
  EXPECT_EQ(jcs::test::error_line<jcs::InputError>([&] { jcs::read_json_text(file); }),
            file.string() +
                ": is nested too deep or holds too many values (expected at most 64 levels and "
                "8000000 values)");
  EXPECT_FALSE(jcs::test::error_line<jcs::WeightsError>([&] {
                 jcs::read_json_text(file, jcs::ExitCode::kWeights);
               }).empty());
  EXPECT_FALSE(jcs::parseable_json("[1, 2, 3, 4]", 3));
  EXPECT_TRUE(jcs::parseable_json("[1, 2, 3, 4]", 5));
}

TEST(JsonText, AFileThatIsMissingHoldsNone) {
  const jcs::test::TempDir dir;
  std::ofstream(dir / "there.json") << "{}";
  EXPECT_EQ(jcs::text_if_there(dir / "there.json", jcs::ExitCode::kOutput), "{}");
  EXPECT_EQ(jcs::text_if_there(dir / "gone.json", jcs::ExitCode::kOutput), "");
  EXPECT_EQ(jcs::text_if_there(dir.path(), jcs::ExitCode::kOutput), "");
}

TEST(JsonText, OrdinaryFilesAreReadAsTheyAre) {
  const jcs::test::TempDir dir;
  std::ofstream(dir / "a.json") << R"({"a": [1, 2]})";
  EXPECT_EQ(jcs::read_json_text(dir / "a.json"), R"({"a": [1, 2]})");
}

}  // namespace
