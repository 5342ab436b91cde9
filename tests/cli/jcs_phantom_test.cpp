#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::Finished;
using jcs::test::TempDir;

Finished phantom(std::vector<std::string> words, const std::string& prelude = "") {
  words.insert(words.begin(), jcs::test::program("jcs_phantom"));
  return jcs::test::run_program(words, prelude);
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

TEST(JcsPhantom, WritesAStudyWithMasksBesideIt) {
  const TempDir dir;
  const Finished run = phantom({"study", dir / "study", "--size", "32", "--slices", "5", "--seed",
                                "7", "--diseased", "--masks", dir / "masks"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_NE(run.out.find("PHANTOM-7, 5 slices of 32 x 32"), std::string::npos) << run.out;
  EXPECT_EQ(entries(dir / "study"), 5U);
  EXPECT_EQ(entries(dir / "masks"), 5U);
  EXPECT_EQ(entries(dir.path()), 2U);
}

// As `seq -w` counts.
TEST(JcsPhantom, NumbersWithLeadingZerosAreDecimal) {
  const TempDir dir;
  const Finished run =
      phantom({"study", dir / "study", "--size", "0032", "--slices", "010", "--seed", "08"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("PHANTOM-8, 10 slices of 32 x 32"), std::string::npos) << run.out;
}

TEST(JcsPhantom, WritesADataSet) {
  const TempDir dir;
  const Finished run = phantom({"dataset", dir / "data", "--patients", "4", "--slices-per-patient",
                                "3", "--size", "32", "--quiet"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out + run.err, "");
  EXPECT_TRUE(fs::exists(dir / "data" / "train.csv"));
  EXPECT_TRUE(fs::exists(dir / "data" / "val.csv"));
}

TEST(JcsPhantom, HelpShowsExamplesAndEveryOption) {
  EXPECT_NE(phantom({"--help"}).out.find("Examples:"), std::string::npos);
  const Finished run = phantom({"study", "--help"});
  EXPECT_EQ(run.code, 0);
  for (const char* flag : {"--size", "--slice-spacing-mm", "--diseased", "--kernel", "--masks",
                           "--transfer-syntax", "--overwrite"}) {
    EXPECT_NE(run.out.find(flag), std::string::npos) << flag;
  }
}

TEST(JcsPhantom, RefusesBadCommandLinesInOneLine) {
  const TempDir dir;
  const std::string out = dir / "out";
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"study"},
                                                {"study", out, "--slices", "0"},
                                                {"study", out, "--slices", "many"},
                                                {"study", out, "--kernel", "medium"},
                                                {"study", out, "--size", "64", "--rows", "64"},
                                                {"study", out, "--masks", out + "/masks"},
                                                {"study", out, "--slice", "3"},
                                                {"dataset", out, "--patients", "5"},
                                                {"dataset", out, "--format", "jpeg"}}) {
    const Finished run = phantom(words);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_EQ(run.error_lines(), 1) << run.err;
    EXPECT_TRUE(run.err.starts_with("jcs_phantom: ")) << run.err;
  }
  EXPECT_FALSE(fs::exists(out));
}

// The library names fields; whoever typed an option reads it as it was typed.
TEST(JcsPhantom, RefusalsNameTheOption) {
  const TempDir dir;
  const auto said = [&](std::vector<std::string> words, const std::string& given) {
    words.insert(words.begin() + 1, dir / "out");
    words.emplace_back(given);
    const Finished run = phantom(words);
    EXPECT_EQ(run.code, 2) << run.err;
    return run.err;
  };
  EXPECT_EQ(said({"study", "--slices"}, "0"),
            "jcs_phantom: --slices: out of range (expected at least 1 and at most 2000, got 0)\n");
  EXPECT_TRUE(said({"study", "--rows"}, "8").starts_with("jcs_phantom: --rows: out of range ("));
  EXPECT_TRUE(said({"study", "--size"}, "8").starts_with("jcs_phantom: --size: "));
  EXPECT_TRUE(said({"study", "--slice-spacing-mm"}, "101")
                  .starts_with("jcs_phantom: --slice-spacing-mm: out of range ("));
  EXPECT_TRUE(said({"dataset", "--slices-per-patient"}, "0")
                  .starts_with("jcs_phantom: --slices-per-patient: out of range ("));
  EXPECT_EQ(said({"dataset", "--patients"}, "5"),
            "jcs_phantom: --patients: is odd (expected as many diseased as clean patients, got "
            "5)\n");
}

TEST(JcsPhantom, RefusesAFolderWithOtherFiles) {
  const TempDir dir;
  fs::create_directory(dir / "out");
  std::ofstream(dir / "out" / "precious.txt") << "1";
  for (const char* command : {"study", "dataset"}) {
    const Finished run = phantom({command, dir / "out", "--size", "32", "--overwrite"});
    EXPECT_EQ(run.code, 5) << run.err;
    EXPECT_EQ(run.error_lines(), 1) << run.err;
  }
  EXPECT_EQ(entries(dir / "out"), 1U);
}

TEST(JcsPhantom, NeedsOverwriteToReplaceItsOwnStudy) {
  const TempDir dir;
  const std::vector<std::string> words{"study", dir / "out", "--size", "32", "--slices", "2"};
  EXPECT_EQ(phantom(words).code, 0);
  const Finished second = phantom(words);
  EXPECT_EQ(second.code, 5);
  EXPECT_TRUE(
      second.err.ends_with("holds an earlier phantom (expected --overwrite to replace it)\n"))
      << second.err;
  std::vector<std::string> allowed = words;
  allowed.emplace_back("--overwrite");
  EXPECT_EQ(phantom(allowed).code, 0);
}

TEST(JcsPhantom, LeavesNothingWhenTheDiskIsFull) {
  const TempDir dir;
  // A limit on the size of files stands in for a full disk: 512-byte blocks, the signal ignored.
  const Finished run =
      phantom({"study", dir / "out", "--size", "64", "--slices", "2"}, "trap '' XFSZ; ulimit -f 4");
  EXPECT_EQ(run.code, 5) << run.err;
  EXPECT_EQ(run.error_lines(), 1) << run.err;
  EXPECT_EQ(entries(dir.path()), 0U);
}

TEST(JcsPhantom, WritesTheSameWithStreamsClosed) {
  const TempDir dir;
  const std::vector<std::string> options{"--size", "32", "--slices", "3"};
  const auto study = [&](const std::string& name, const std::string& prelude) {
    std::vector<std::string> words{"study", dir / name};
    words.insert(words.end(), options.begin(), options.end());
    return phantom(words, prelude);
  };
  EXPECT_EQ(study("open", "").code, 0);
  EXPECT_EQ(study("closed", "exec 0<&- 2>&-").code, 0);
  const Finished silent = study("silent", "exec 1>&-");
  EXPECT_EQ(silent.code, 5) << "what was to be said was not";
  EXPECT_NE(silent.err.find("standard output"), std::string::npos) << silent.err;
  for (const char* name : {"slice_0001.dcm", "slice_0002.dcm", "slice_0003.dcm"}) {
    const std::string expected = jcs::test::content_of(dir / "open" / name);
    EXPECT_EQ(jcs::test::content_of(dir / "closed" / name), expected) << name;
    EXPECT_EQ(jcs::test::content_of(dir / "silent" / name), expected) << name;
  }
}

}  // namespace
