#include "jcs/core/bounded_file.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "jcs/core/file_stream.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::TempDir;

TEST(BoundedFile, TextsHaveAnEnd) {
  const TempDir dir;
  std::ofstream(dir / "list.csv") << "image\n";
  std::filesystem::resize_file(dir / "list.csv", jcs::kMostText + 1);  // a hole takes no place
  EXPECT_EQ(error_line<jcs::InputError>([&] { jcs::read_text(dir / "list.csv"); }),
            (dir / "list.csv").string() +
                ": is too large (expected at most 268435456 bytes, got 268435457)");
  EXPECT_EQ(error_line<jcs::UsageError>([&] {
              jcs::read_at_most(3, dir / "list.csv", jcs::ExitCode::kUsage);
            }).empty(),
            false);
}

TEST(BoundedFile, WhatIsReadOnlyToSeeWhetherItCanBeIsForgotten) {
  const TempDir dir;
  std::ofstream(dir / "f") << "text";
  jcs::require_readable(dir / "f", 1 << 20);
  EXPECT_FALSE(
      error_line<jcs::ReadError>([] { jcs::require_readable("/proc/self/mem", 1 << 20); }).empty());
}

}  // namespace
