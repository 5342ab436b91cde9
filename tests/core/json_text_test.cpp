#include "jcs/core/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

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

TEST(JsonText, HoldsAsManyValuesAsAllowedAndNoMore) {
  EXPECT_EQ(jcs::json_extent("[1,2,{\"a,b\":[]}]").depth, 3U);
  EXPECT_GE(jcs::json_extent("[1,2,{\"a,b\":[]}]").values, 5U);
  EXPECT_TRUE(jcs::parseable_json("[1,2,3]", 4));
  EXPECT_FALSE(jcs::parseable_json("[1,2,3]", 3));
}

}  // namespace
