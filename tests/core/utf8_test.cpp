#include "jcs/core/utf8.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Shortened, KeepsCharactersWhole) {
  EXPECT_EQ(jcs::shortened("abc", 3), "abc");
  EXPECT_EQ(jcs::shortened("abcd", 3), "abc...");
  EXPECT_EQ(jcs::shortened("aüü", 2), "a...");
}

}  // namespace
