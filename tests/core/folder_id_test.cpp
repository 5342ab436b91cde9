#include "jcs/core/folder_id.hpp"

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;

TEST(FolderId, IsTheSameWhateverLeadsThere) {
  const jcs::test::TempDir dir;
  fs::create_directories(dir / "a/b");
  fs::create_directory_symlink(dir / "a", dir / "link");
  std::error_code error;
  const auto id = jcs::folder_id(dir / "a", error);
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(jcs::folder_id(dir / "link", error), id);
  EXPECT_EQ(jcs::folder_id(dir / "a/b/..", error), id);
  EXPECT_NE(jcs::folder_id(dir / "a/b", error), id);
  EXPECT_FALSE(error);
}

TEST(FolderId, SaysWhyThereIsNone) {
  const jcs::test::TempDir dir;
  std::error_code error;
  EXPECT_FALSE(jcs::folder_id(dir / "gone", error));
  EXPECT_FALSE(jcs::is_failure_of_look(error)) << error.message();
  EXPECT_FALSE(jcs::folder_id(dir / std::string(5000, 'x'), error));
  EXPECT_TRUE(jcs::is_failure_of_look(error)) << error.message();
}

}  // namespace
