#include "jcs/core/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

std::string nested(int levels, const std::string& inside = "1") {
  const auto count = static_cast<std::size_t>(levels);
  return std::string(count, '[') + inside + std::string(count, ']');
}

TEST(JsonText, NestsAsDeepAsAllowedAndNoDeeper) {
  EXPECT_FALSE(jcs::nests_too_deep(nested(jcs::kMaxJsonDepth)));
  EXPECT_TRUE(jcs::nests_too_deep(nested(jcs::kMaxJsonDepth + 1)));
  EXPECT_TRUE(jcs::nests_too_deep("{\"a\":" + nested(jcs::kMaxJsonDepth) + "}"));
}

TEST(JsonText, BracketsInTextsAndBesideEachOtherDoNotCount) {
  EXPECT_FALSE(jcs::nests_too_deep("[\"" + nested(500, "\\\"") + "\\\\\"]"));
  std::string beside;
  for (int i = 0; i < 500; ++i) beside += "[{}],";
  EXPECT_FALSE(jcs::nests_too_deep(beside));
  // A text that does not end, and one that ends with a backslash.
  EXPECT_FALSE(jcs::nests_too_deep("[\"" + nested(500)));
  EXPECT_FALSE(jcs::nests_too_deep("\"\\"));
}

}  // namespace
