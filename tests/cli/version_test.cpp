// What `--version --verbose` says of third-party parts beside what the dynamic linker says: a
// program that comes to link something new without an entry in apps/common/third_party.cpp fails
// here.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "programs.hpp"
#include "support/process.hpp"

namespace {

using jcs::test::Finished;
using jcs::test::run_program;
using testing::HasSubstr;

// The words of a text that name shared objects.
std::set<std::string> objects(const std::string& text) {
  std::set<std::string> found;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    word = std::filesystem::path(word).filename().string();
    if (word.find(".so") != std::string::npos && !word.starts_with("linux-vdso")) {
      found.insert(word);
    }
  }
  return found;
}

constexpr const char* kOthers = "Loaded by these from the system";

class Version : public testing::TestWithParam<std::string> {};

TEST_P(Version, AloneIsOneLine) {
  const Finished run = run_program({GetParam(), "--version"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(std::ranges::count(run.out, '\n'), 1) << run.out;
}

TEST_P(Version, NamesEveryLibraryThatTheProgramLinksWithVersionAndLicence) {
  const Finished run = run_program({GetParam(), "--version", "--verbose"});
  ASSERT_EQ(run.code, 0) << run.err;
  const std::string listed = run.out.substr(0, run.out.find(kOthers));
  const std::set<std::string> known = objects(listed);

  // The program's own wishes, without what those libraries wish for.
  const Finished dynamic = run_program({"readelf", "-W", "-d", GetParam()});
  ASSERT_EQ(dynamic.code, 0) << dynamic.err;
  std::istringstream lines(dynamic.out);
  std::size_t needed = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t from = line.find('[');
    if (line.find("(NEEDED)") == std::string::npos || from == std::string::npos) continue;
    const std::string name = line.substr(from + 1, line.find(']') - from - 1);
    ++needed;
    EXPECT_TRUE(known.contains(name))
        << name << " is linked, and has no entry in apps/common/third_party.cpp";
  }
  EXPECT_GT(needed, 3U);

  std::istringstream parts(listed);
  std::string line;
  std::getline(parts, line);
  std::getline(parts, line);
  std::getline(parts, line);
  EXPECT_EQ(line, "Third-party parts:");
  while (std::getline(parts, line)) {
    EXPECT_THAT(line, testing::ContainsRegex("^[A-Za-z][^,:]*, [A-Za-z0-9.+ -]+: .+$"));
  }
}

TEST_P(Version, NamesEveryFileThatIsLoaded) {
  const Finished run = run_program({GetParam(), "--version", "--verbose"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Finished linked = run_program({"ldd", GetParam()});
  ASSERT_EQ(linked.code, 0) << linked.err;
  const std::set<std::string> listed = objects(run.out);
  for (const std::string& object : objects(linked.out)) {
    EXPECT_TRUE(listed.contains(object)) << object << " is loaded and not listed";
  }
}

TEST_P(Version, TellsVersionsOfTheLibrariesThatReadFiles) {
  const Finished run = run_program({GetParam(), "--version", "--verbose"});
  ASSERT_EQ(run.code, 0) << run.err;
  for (const char* name : {"OpenCV", "DCMTK", "GDCM", "OpenSSL", "zlib", "libzip", "OpenJPEG",
                           "CharLS", "libpng", "LibTIFF", "matio", "LibTorch", "oneDNN", "CLI11"}) {
    if (run.out.find(std::string("\n") + name + " ") == std::string::npos) {
      // Not every program links all of them, but none is named without its version.
      EXPECT_EQ(run.out.find(std::string("\n") + name + ","), std::string::npos) << name;
    }
  }
  EXPECT_THAT(run.out, HasSubstr("\nCLI11 2"));
  EXPECT_THAT(run.out, HasSubstr("\nOpenSSL 3"));
}

INSTANTIATE_TEST_SUITE_P(Programs, Version, testing::ValuesIn(jcs::test::programs()),
                         jcs::test::name_of_program);

}  // namespace
