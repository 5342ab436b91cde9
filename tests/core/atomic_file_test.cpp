#include "jcs/core/atomic_file.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "jcs/core/pending_files.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::error_line;
using jcs::test::TempDir;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

// Sets what is taken away from the rights of new files for as long as it lives.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

fs::perms rights(const fs::path& path) { return fs::status(path).permissions(); }

TEST(AtomicFile, HasTheRightsOfAnOrdinaryNewFile) {
  const TempDir dir;
  for (const auto& [mask, expected] : {std::pair<mode_t, int>{077, 0600}, {022, 0644}}) {
    const Umask set(mask);
    jcs::write_file(dir / "file", "x");
    EXPECT_EQ(rights(dir / "file"), static_cast<fs::perms>(expected));
  }
}

TEST(AtomicFile, ThreadsThatWriteLeaveTheUmaskAlone) {
  const TempDir dir;
  const Umask set(077);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&dir, i] {
        for (int k = 0; k < 25; ++k) jcs::write_file(dir / std::to_string(i), "x");
      });
    }
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(rights(dir / std::to_string(i)), static_cast<fs::perms>(0600));
  }
  EXPECT_EQ(::umask(077), mode_t{077});
}

TEST(AtomicFolder, HasTheRightsOfAnOrdinaryNewFolder) {
  const TempDir dir;
  for (const auto& [mask, expected] : {std::pair<mode_t, int>{077, 0700}, {022, 0755}}) {
    const Umask set(mask);
    jcs::AtomicFolder folder(dir / std::to_string(mask));
    folder.commit();
    EXPECT_EQ(rights(dir / std::to_string(mask)), static_cast<fs::perms>(expected));
  }
}

TEST(AtomicFolder, HandsOnTheGroupOfAFolderThatDoes) {
  const TempDir dir;
  const Umask set(022);
  fs::create_directory(dir / "shared");
  ASSERT_EQ(::chmod((dir / "shared").c_str(), 02775), 0);
  fs::create_directory(dir / "shared/ordinary");
  {
    jcs::AtomicFolder folder(dir / "shared/result");
    folder.commit();
  }
  EXPECT_EQ(rights(dir / "shared/result"), rights(dir / "shared/ordinary"));
}

TEST(AtomicFolder, RefusesAMountPointAtOnce) {
  const std::string line = error_line<jcs::OutputError>(
      [] { jcs::AtomicFolder folder("/proc", [](const fs::path&) { return true; }); });
  EXPECT_NE(line.find("/proc: is a mount point"), std::string::npos) << line;
}

TEST(AtomicFolder, WritesWhereALinkLeads) {
  const TempDir dir;
  fs::create_directories(dir / "large/result");
  std::ofstream(dir / "large/result/old") << "x";
  fs::create_directory_symlink(dir / "large/result", dir / "link");
  {
    jcs::AtomicFolder folder(dir / "link", [](const fs::path&) { return true; });
    std::ofstream(folder.path() / "new") << "y";
    folder.commit();
  }
  EXPECT_TRUE(fs::is_symlink(dir / "link"));
  EXPECT_EQ(content(dir / "large/result/new"), "y");
  EXPECT_FALSE(fs::exists(dir / "large/result/old"));
  EXPECT_EQ(entries(dir / "large"), 1u);
}

TEST(AtomicFile, WritesWhereALinkLeads) {
  const TempDir dir;
  std::ofstream(dir / "real") << "old";
  fs::create_symlink(dir / "real", dir / "link");
  jcs::write_file(dir / "link", "new");
  EXPECT_TRUE(fs::is_symlink(dir / "link"));
  EXPECT_EQ(content(dir / "real"), "new");
}

TEST(AtomicFile, WritesWhereALinkLeadsThatDangles) {
  const TempDir dir;
  fs::create_directory(dir / "large");
  fs::create_symlink("large/second", dir / "first");
  fs::create_symlink(dir / "large/real", dir / "large/second");
  jcs::write_file(dir / "first", "new");
  EXPECT_TRUE(fs::is_symlink(dir / "first"));
  EXPECT_TRUE(fs::is_symlink(dir / "large/second"));
  EXPECT_EQ(content(dir / "large/real"), "new");
  EXPECT_EQ(entries(dir / "large"), 2u);
}

TEST(AtomicFile, LinksThatLeadNowhereStay) {
  const TempDir dir;
  fs::create_symlink(dir / "gone/real", dir / "dangling");
  EXPECT_EQ(error_line<jcs::OutputError>([&] { jcs::write_file(dir / "dangling", "x"); }),
            (dir / "gone/real").string() + ": cannot be written: No such file or directory");
  fs::create_symlink("there", dir / "back");
  fs::create_symlink("back", dir / "there");
  EXPECT_EQ(error_line<jcs::OutputError>([&] { jcs::write_file(dir / "back", "x"); }),
            (dir / "back").string() + ": cannot be written: Too many levels of symbolic links");
  for (const char* name : {"dangling", "back", "there"}) {
    EXPECT_TRUE(fs::is_symlink(dir / name)) << name;
  }
  EXPECT_EQ(entries(dir.path()), 3u);
}

TEST(AtomicFile, ReplacesNoPipeAndNoDevice) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", dir / "null");
  for (const char* name : {"pipe", "null"}) {
    EXPECT_NE(error_line<jcs::OutputError>([&] {
                jcs::write_file(dir / name, "x");
              }).find("it is no regular file"),
              std::string::npos);
  }
  EXPECT_TRUE(fs::is_fifo(dir / "pipe"));
  EXPECT_TRUE(fs::is_symlink(dir / "null"));
  EXPECT_EQ(entries(dir.path()), 2u);
}

TEST(AtomicFile, ReplacesAnOlderFile) {
  const TempDir dir;
  jcs::write_file(dir / "f", "old");
  jcs::write_file(dir / "f", "new");
  EXPECT_EQ(content(dir / "f"), "new");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFile, KeepsTheOlderFileWhenWritingFails) {
  const TempDir dir;
  jcs::write_file(dir / "f", "old");
  EXPECT_THROW(jcs::write_file(dir / "f",
                               [](std::ostream& out) {
                                 out << "half";
                                 throw std::runtime_error("stopped in the middle");
                               }),
               std::runtime_error);
  EXPECT_EQ(content(dir / "f"), "old");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFile, NamesAFolderThatIsMissing) {
  const std::string line =
      error_line<jcs::OutputError>([] { jcs::write_file("/no/such/folder/f", "x"); });
  EXPECT_EQ(line, "/no/such/folder/f: cannot be written: No such file or directory");
}

TEST(AtomicFile, SaysWhenWritingFails) {
  const TempDir dir;
  const std::string line = error_line<jcs::OutputError>([&] {
    jcs::write_file(dir / "f", [](std::ostream& out) {
      // Stands in for a full disk: the stream fails as it does when the system refuses to write.
      out << "x";
      out.setstate(std::ios::badbit);
    });
  });
  EXPECT_NE(line.find("writing failed"), std::string::npos) << line;
  EXPECT_FALSE(fs::exists(dir / "f"));
}

TEST(AtomicFolder, AppearsOnCommitOnly) {
  const TempDir dir;
  {
    jcs::AtomicFolder folder(dir / "result");
    std::ofstream(folder.path() / "a") << "1";
    EXPECT_FALSE(fs::exists(dir / "result"));
  }
  EXPECT_EQ(entries(dir.path()), 0u);
  {
    jcs::AtomicFolder folder(dir / "result/");
    std::ofstream(folder.path() / "a") << "1";
    folder.commit();
  }
  EXPECT_EQ(content(dir / "result" / "a"), "1");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFolder, NamesThatEndInDotsMeanTheFolder) {
  const TempDir dir;
  for (const char* name : {"result/.", "result/./", "result/inner/.."}) {
    fs::create_directories(dir / "result");
    if (fs::path(name).has_filename() && fs::path(name).filename() == "..") {
      fs::create_directory(dir / "result/inner");
    }
    jcs::AtomicFolder folder(dir / name, [](const fs::path&) { return true; });
    EXPECT_EQ(folder.path().parent_path(), fs::canonical(dir.path())) << name;
    std::ofstream(folder.path() / "a") << name;
    folder.commit();
    EXPECT_EQ(content(dir / "result" / "a"), name);
    EXPECT_EQ(entries(dir / "result"), 1u) << name;
    EXPECT_EQ(entries(dir.path()), 1u) << name;
    fs::remove_all(dir / "result");
  }
  jcs::AtomicFolder fresh(dir / "made/.");
  fresh.commit();
  EXPECT_TRUE(fs::is_empty(dir / "made"));
}

// Whoever works in it, the caller's shell included, would be left in a folder that is gone.
TEST(AtomicFolder, DoesNotReplaceTheCurrentFolder) {
  const TempDir dir;
  fs::create_directory(dir / "result");
  const fs::path before = fs::current_path();
  fs::current_path(dir / "result");
  for (const fs::path& name : {fs::path("."), fs::path("./"), dir / "result"}) {
    const std::string line =
        error_line<jcs::OutputError>([&] { const jcs::AtomicFolder folder(name); });
    EXPECT_THAT(line, testing::HasSubstr("result: is the current folder"));
  }
  fs::current_path(before);
  EXPECT_TRUE(fs::is_empty(dir / "result"));
}

TEST(AtomicFolder, ReplacesOnlyWhatIsReplaceable) {
  const TempDir dir;
  fs::create_directory(dir / "result");
  std::ofstream(dir / "result" / "precious") << "1";
  error_line<jcs::OutputError>([&] { jcs::AtomicFolder folder(dir / "result"); });
  EXPECT_TRUE(fs::exists(dir / "result" / "precious"));
  jcs::AtomicFolder folder(dir / "result", [](const fs::path&) { return true; });
  std::ofstream(folder.path() / "b") << "2";
  folder.commit();
  EXPECT_FALSE(fs::exists(dir / "result" / "precious"));
  EXPECT_EQ(content(dir / "result" / "b"), "2");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFolder, WhatIsPutThereMeanwhileStays) {
  const TempDir dir;
  fs::create_directory(dir / "result");
  const auto is_result = [](const fs::path& folder) {
    return fs::exists(folder / "b") && !fs::exists(folder / "note");
  };
  for (const bool earlier : {false, true}) {
    if (earlier) std::ofstream(dir / "result" / "b") << "1";
    {
      jcs::AtomicFolder folder(dir / "result", is_result);
      std::ofstream(folder.path() / "b") << "2";
      std::ofstream(dir / "result" / "note") << "of a person";
      EXPECT_THAT(error_line<jcs::OutputError>([&] { folder.commit(); }),
                  testing::HasSubstr("result: exists and holds files that are not an earlier"));
    }
    EXPECT_EQ(content(dir / "result" / "note"), "of a person");
    EXPECT_EQ(fs::exists(dir / "result" / "b"), earlier);
    EXPECT_EQ(entries(dir.path()), 1u);
    fs::remove(dir / "result" / "note");
  }
}

TEST(AtomicFolder, WhatCannotBeLookedIntoIsNotReplaced) {
  const TempDir dir;
  fs::create_directories(dir / "result");
  std::ofstream(dir / "result" / "a.txt") << "old";
  const auto look = [](const fs::path& old) {
    return fs::directory_iterator(old / "gone") != fs::directory_iterator();
  };
  EXPECT_EQ(
      error_line<jcs::OutputError>([&] { const jcs::AtomicFolder folder(dir / "result", look); }),
      (dir / "result/gone").string() + ": cannot be looked into: No such file or directory");
  EXPECT_TRUE(fs::exists(dir / "result" / "a.txt"));
}

TEST(AtomicFolder, RefusesAFileInItsPlace) {
  const TempDir dir;
  std::ofstream(dir / "result") << "a file";
  const std::string line =
      error_line<jcs::OutputError>([&] { jcs::AtomicFolder folder(dir / "result"); });
  EXPECT_NE(line.find("in the way"), std::string::npos);
}

TEST(AtomicFolder, ParentsThatItMadeGoWithIt) {
  const TempDir dir;
  { const jcs::AtomicFolder dropped(dir / "a" / "b" / "result"); }
  EXPECT_FALSE(std::filesystem::exists(dir / "a"));
  {
    const jcs::AtomicFolder dropped(dir / "a" / "b" / "result");
    std::filesystem::create_directory(dir / "a" / "of somebody else");
  }
  EXPECT_TRUE(std::filesystem::exists(dir / "a" / "of somebody else"));
  EXPECT_FALSE(std::filesystem::exists(dir / "a" / "b"));
  {
    jcs::AtomicFolder kept(dir / "c" / "result");
    kept.commit();
  }
  EXPECT_TRUE(std::filesystem::exists(dir / "c" / "result"));
}

// As a kill between the two steps of a commit leaves it where names cannot be exchanged.
TEST(AtomicFolder, AnEarlierFolderThatWasPutAsideComesBack) {
  const TempDir dir;
  fs::create_directory(dir / ".result.jcs-aB3xyz.old");
  std::ofstream(dir / ".result.jcs-aB3xyz.old" / "a") << "old";
  fs::create_directory(dir / ".result.jcs-aB3xyz");
  std::ofstream(dir / ".result.jcs-aB3xyz" / "a") << "new";
  fs::create_directory(dir / ".results.jcs-aB3xyz");
  {
    const jcs::AtomicFolder dropped(dir / "result", [](const fs::path&) { return true; });
    EXPECT_EQ(content(dir / "result" / "a"), "old");
  }
  EXPECT_EQ(content(dir / "result" / "a"), "old");
  EXPECT_EQ(entries(dir.path()), 2u) << "that of another output stays";
}

TEST(AtomicFolder, WhatAKillLeftBehindTheNewOneGoes) {
  const TempDir dir;
  for (const char* name : {"result", ".result.jcs-aB3xyz", ".result.jcs-1B3xyz.old"}) {
    fs::create_directory(dir / name);
    std::ofstream(dir / name / "a") << name;
  }
  jcs::AtomicFolder folder(dir / "result", [](const fs::path&) { return true; });
  std::ofstream(folder.path() / "a") << "newest";
  folder.commit();
  EXPECT_EQ(content(dir / "result" / "a"), "newest");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFile, LeavesWhatLiesInAFolderUnderWay) {
  const TempDir dir;
  const fs::path leftover = ".a.txt.jcs-ABCDEF";
  for (const char* folder : {"done", ".result.jcs-123456/pictures"}) {
    fs::create_directories(dir / folder);
    std::ofstream(dir / folder / leftover) << "x";
    jcs::write_file(dir / folder / "b.txt", "y");
  }
  EXPECT_FALSE(fs::exists(dir / "done" / leftover));
  EXPECT_TRUE(fs::exists(dir / ".result.jcs-123456/pictures" / leftover)) << "no need to look";
}

TEST(AtomicFile, NamesOfTemporaries) {
  EXPECT_EQ(jcs::target_of_temporary(".result.jcs-aB3xyz"), "result");
  EXPECT_EQ(jcs::target_of_temporary(".a.b.jcs-aB3xyz.old"), "a.b");
  for (const char* other : {"", ".", ".jcs-aB3xyz", "result.jcs-aB3xyz", ".result.aB3xyz",
                            ".result.jcs-aB3xy", ".result.jcs-aB3x.z", ".bashrc.backup"}) {
    EXPECT_EQ(jcs::target_of_temporary(other), "") << other;
  }
}

// A training list beside the validation list of an earlier split would share patients with it.
TEST(PendingFiles, AppearTogetherOrNotAtAll) {
  const TempDir dir;
  jcs::write_file(dir / "train", "old");
  jcs::write_file(dir / "test", "old");
  {
    jcs::PendingFiles files;
    files.add(dir / "train", "new");
    error_line<jcs::OutputError>([&] { files.add(dir / "no folder" / "val", "new"); });
  }
  EXPECT_EQ(content(dir / "train"), "old");
  EXPECT_EQ(entries(dir.path()), 2u);
  jcs::PendingFiles files;
  files.add(dir / "train", "new");
  files.add(dir / "val", "new");
  files.commit({dir / "test"});
  EXPECT_EQ(content(dir / "train"), "new");
  EXPECT_EQ(content(dir / "val"), "new");
  EXPECT_EQ(entries(dir.path()), 2u);
}

}  // namespace
