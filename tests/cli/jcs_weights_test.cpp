#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file_content.hpp"
#include "support/process.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"
#include "weights/files.hpp"

namespace {

using jcs::test::Finished;
using jcs::test::TempDir;
using testing::HasSubstr;
using testing::StartsWith;

Finished weights(std::vector<std::string> words, const std::string& prelude = "") {
  words.insert(words.begin(), jcs::test::program("jcs_weights"));
  return jcs::test::run_program(words, prelude);
}

TEST(JcsWeights, InspectPrintsATensorALine) {
  const TempDir dir;
  jcs::test::small_zip(dir / "f.pth");
  const Finished run = weights({"inspect", dir / "f.pth"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, StartsWith("# format: PyTorch zip\n# sha256: "));
  EXPECT_THAT(run.out, HasSubstr("# tensors: 2 with 12 numbers in 48 bytes\n"
                                 "a  float32  [2, 3]\n"
                                 "b  float32  [3, 2]\n"));
}

TEST(JcsWeights, InspectAlignsNoNamesToALongOne) {
  const TempDir dir;
  const auto entry = [](const std::string& name) {
    return '"' + name + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  };
  std::string header = "{" + entry(std::string(100'000, 'a'));
  for (int i = 0; i < 1000; ++i) {
    header += "," + entry("t" + std::to_string(i));
  }
  jcs::test::save(dir / "f", jcs::test::safetensors_file(header + "}", ""));
  const Finished run = weights({"inspect", dir / "f"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_LT(run.out.size(), 1'000'000u);
  EXPECT_THAT(run.out, HasSubstr("\nt999" + std::string(96, ' ') + "  float32  [0]\n"));
}

TEST(JcsWeights, InspectForPrograms) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  const Finished run = weights({"inspect", "--json", dir / "f"});
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json.at("format"), "safetensors");
  EXPECT_EQ(json.at("count"), 2);
  EXPECT_EQ(json.at("bytes"), 48);
  EXPECT_EQ(json.at("metadata").at("by"), "hand");
  EXPECT_EQ(json.at("tensors").at(1),
            (nlohmann::json{{"name", "b"}, {"type", "float32"}, {"shape", {3, 2}}}));
}

TEST(JcsWeights, ConvertKeepsTensorsAndMetadata) {
  const TempDir dir;
  jcs::test::save(dir / "f.pth", jcs::test::small_legacy());
  const Finished run = weights({"convert", dir / "f.pth", dir / "f.safetensors"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("2 tensors from PyTorch legacy, no model card"));
  const auto json =
      nlohmann::json::parse(weights({"inspect", "--json", dir / "f.safetensors"}).out);
  EXPECT_EQ(json.at("count"), 2);
  jcs::test::save(dir / "g", jcs::test::small_safetensors());
  weights({"convert", dir / "g", dir / "g.safetensors"});
  EXPECT_THAT(weights({"inspect", dir / "g.safetensors"}).out, HasSubstr("# metadata by: hand\n"));
}

TEST(JcsWeights, ConvertReplacesAFileOnlyWhenTold) {
  const TempDir dir;
  jcs::test::save(dir / "f.pth", jcs::test::small_legacy());
  jcs::test::save(dir / "f.safetensors", "mine");
  const Finished refused = weights({"convert", dir / "f.pth", dir / "f.safetensors"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("f.safetensors: is there already"));
  EXPECT_EQ(jcs::test::content_of(dir / "f.safetensors"), "mine");
  const Finished told = weights({"convert", dir / "f.pth", dir / "f.safetensors", "--overwrite"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(weights({"verify", dir / "f.safetensors"}).code, 0);
}

TEST(JcsWeights, VerifyPrintsTheHash) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  const Finished run = weights({"verify", dir / "f"});
  EXPECT_EQ(run.code, 0) << run.err;
  const std::string hash = run.out.substr(0, 64);
  EXPECT_EQ(weights({"verify", dir / "f", "--sha256", hash}).code, 0);
  const Finished other = weights({"verify", dir / "f", "--sha256", std::string(64, '0')});
  EXPECT_EQ(other.code, 4);
  EXPECT_EQ(other.error_lines(), 1);
}

TEST(JcsWeights, QuietLeavesTheSummaryOut) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  const Finished converted = weights({"convert", dir / "f", dir / "g.safetensors", "--quiet"});
  EXPECT_EQ(converted.code, 0) << converted.err;
  EXPECT_EQ(converted.out, "");
  const Finished verified = weights({"verify", dir / "f", "--quiet"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(verified.out, verified.out.substr(0, 64) + "  " + (dir / "f").string() + "\n");
}

TEST(JcsWeights, BadFilesGiveOneLineAndCode4) {
  const TempDir dir;
  jcs::test::save(dir / "page.pth", "<!DOCTYPE html><html>");
  jcs::test::save(dir / "cut.pth", jcs::test::small_legacy().substr(0, 300));
  for (const char* command : {"inspect", "verify"}) {
    for (const char* name : {"page.pth", "cut.pth", "none.pth"}) {
      const Finished run = weights({command, dir / name});
      EXPECT_EQ(run.code, 4) << name;
      EXPECT_EQ(run.error_lines(), 1) << run.err;
      EXPECT_THAT(run.err, HasSubstr(name));
      EXPECT_EQ(run.out, "");
    }
  }
}

TEST(JcsWeights, BadCommandLinesGiveOneLineAndCode2) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"inspect"},
                                                {"frobnicate", "f"},
                                                {"inspect", dir / "f", "--no"},
                                                {"convert", dir / "f"},
                                                {"convert", dir / "f", dir / "f.pth"},
                                                {"verify", dir / "f", "--sha256", "abc"}}) {
    const Finished run = weights(words);
    EXPECT_EQ(run.code, 2) << testing::PrintToString(words);
    EXPECT_EQ(run.error_lines(), 1) << run.err;
  }
}

TEST(JcsWeights, OutputThatCannotBeWrittenIsCode5AndLeavesNothing) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  const Finished run = weights({"convert", dir / "f", dir / "no" / "f.safetensors"});
  EXPECT_EQ(run.code, 5);
  EXPECT_EQ(run.error_lines(), 1) << run.err;
}

TEST(JcsWeights, NoFileWritesToTheTerminal) {
  const TempDir dir;
  jcs::test::save(dir / "f",
                  jcs::test::safetensors_file(
                      R"({"a\u001b[31m\nb":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})",
                      jcs::test::raw(jcs::test::six())));
  const Finished run = weights({"inspect", dir / "f"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos);
  EXPECT_THAT(run.out, HasSubstr("a?[31m?b  float32  [6]"));
}

// A program that writes to a pipe until that is full, and then waits for a reader.
class Unread {
 public:
  explicit Unread(const std::vector<std::string>& words) {
    EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends_[1], STDOUT_FILENO);
      std::vector<char*> arguments;
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execv(arguments.front(), arguments.data());
      ::_exit(127);
    }
    ::close(ends_[1]);
  }
  ~Unread() { ::close(ends_[0]); }
  Unread(const Unread&) = delete;
  Unread& operator=(const Unread&) = delete;

  [[nodiscard]] bool waits() const {
    int unread = 0;
    for (int tries = 0; tries < 30'000 && unread < (1 << 16); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ::ioctl(ends_[0], FIONREAD, &unread);
    }
    return unread >= (1 << 16);
  }
  void signal(int number) const { ::kill(child_, number); }
  /// Its exit code; -1 when a signal ended it.
  int finish() {
    int status = -1;
    ::waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int ends_[2] = {-1, -1};
  pid_t child_ = 0;
};

TEST(JcsWeights, ALaterSignalEndsItAtOnceAsInterrupted) {
  const TempDir dir;
  jcs::test::save(dir / "f",
                  jcs::test::safetensors_file(
                      R"({"__metadata__":{"by":")" + std::string(200'000, 'x') + R"("}})", ""));
  Unread program({jcs::test::program("jcs_weights"), "inspect", dir / "f"});
  ASSERT_TRUE(program.waits());
  program.signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  program.signal(SIGTERM);
  EXPECT_EQ(program.finish(), 130);
}

TEST(JcsWeights, HelpShowsExamples) {
  const Finished run = weights({"--help"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("Examples:"));
  EXPECT_THAT(run.out, HasSubstr("Exit codes:"));
}

TEST(JcsWeights, EveryBadReferenceFileGivesOneLine) {
  const auto folder = jcs::test::reference_dir() / "weights";
  JCS_NEEDS(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("bad_")) {
      const Finished run = weights({"inspect", entry.path()});
      EXPECT_EQ(run.code, 4) << entry.path();
      EXPECT_EQ(run.error_lines(), 1) << run.err;
    }
  }
}

}  // namespace
