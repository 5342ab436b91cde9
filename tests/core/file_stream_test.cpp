#include "jcs/core/file_stream.hpp"

#include <cstdint>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "jcs/core/hash.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::InputFile;
using jcs::OutputFile;
using jcs::test::error_line;
using jcs::test::TempDir;

// A file that opens and whose first byte cannot be read: address 0 of this process.
constexpr const char* kUnreadable = "/proc/self/mem";

TEST(InputFile, ReadsAsAnyStreamDoes) {
  const TempDir dir;
  const std::string text = "first line\nsecond " + std::string(200'000, 'x') + "\nlast";
  std::ofstream(dir / "f") << text;
  InputFile in(dir / "f");
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "first line");
  in >> line;
  EXPECT_EQ(line, "second");
  EXPECT_EQ(static_cast<std::int64_t>(in.tellg()), 17);
  in.seekg(-4, std::ios::end);
  in >> line;
  EXPECT_EQ(line, "last");
  in.clear();
  in.seekg(3);
  std::string rest(text.size(), '\0');
  in.read(rest.data(), static_cast<std::streamsize>(rest.size()));
  EXPECT_EQ(in.gcount(), static_cast<std::streamsize>(text.size() - 3));
  EXPECT_TRUE(in.eof());
  EXPECT_EQ(rest.substr(0, text.size() - 3), text.substr(3));
  EXPECT_EQ(jcs::read_file(dir / "f"), text);
}

TEST(InputFile, SaysWhyItCannotBeOpened) {
  const InputFile in("/no/such/file");
  EXPECT_FALSE(in);
  EXPECT_EQ(in.why(), "No such file or directory");
  EXPECT_EQ(error_line<jcs::WeightsError>(
                [] { jcs::read_file("/no/such/file", jcs::ExitCode::kWeights); }),
            "/no/such/file: cannot be read: No such file or directory");
}

// The streams of the standard library take a disk that cannot be read for the end of the file.
TEST(InputFile, ADiskThatCannotBeReadIsNoEndOfFile) {
  const std::string expected = std::string(kUnreadable) + ": cannot be read: Input/output error";
  EXPECT_EQ(error_line<jcs::InputError>([] {
              InputFile in(kUnreadable);
              std::string line;
              std::getline(in, line);
            }),
            expected);
  EXPECT_EQ(error_line<jcs::WeightsError>([] {
              InputFile in(kUnreadable, jcs::ExitCode::kWeights);
              in.get();
            }),
            expected);
  EXPECT_EQ(error_line<jcs::InputError>([] { jcs::read_file(kUnreadable); }), expected);
  EXPECT_EQ(error_line<jcs::InputError>([] { jcs::sha256_file(kUnreadable); }), expected);
}

TEST(OutputFile, WritesWhatItIsGiven) {
  const TempDir dir;
  const std::string large(300'000, 'y');
  OutputFile out(dir / "f");
  out << "text " << 12;
  out.write(large.data(), static_cast<std::streamsize>(large.size()));
  out.put('z');
  out.close(/*to_disk=*/true);
  EXPECT_EQ(jcs::read_file(dir / "f"), "text 12" + large + "z");
}

// The reason is the system's, even where the error shows as late as the file is closed.
TEST(OutputFile, NothingMayLieNowhere) {
  const TempDir dir;
  jcs::OutputFile out(dir / "f");
  out.write(nullptr, 0);
  out << "x";
  out.close();
  EXPECT_EQ(jcs::read_file(dir / "f"), "x");
}

TEST(OutputFile, AFullDiskIsNamedAsSuch) {
  const std::string expected = "/dev/full: cannot be written: No space left on device";
  EXPECT_EQ(error_line<jcs::OutputError>([] {
              OutputFile out("/dev/full");
              out << std::string(1 << 20, 'x');
            }),
            expected);
  EXPECT_EQ(error_line<jcs::OutputError>([] {
              OutputFile out("/dev/full");
              out << 'x';
              out.flush();
            }),
            expected);
  EXPECT_EQ(error_line<jcs::OutputError>([] {
              OutputFile out("/dev/full");
              out << 'x';
              out.close();
            }),
            expected);
  EXPECT_EQ(error_line<jcs::OutputError>([] { OutputFile out("/no/such/folder/f"); }),
            "/no/such/folder/f: cannot be written: No such file or directory");
}

// Opening a pipe waits for a writer, and a device has no end.
TEST(InputFile, PipesAndDevicesAreNoFiles) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  for (const std::filesystem::path& path : {dir / "pipe", std::filesystem::path("/dev/zero")}) {
    EXPECT_EQ(error_line<jcs::InputError>([&] { jcs::read_file(path); }),
              path.string() + ": cannot be read: is no regular file");
    EXPECT_FALSE(InputFile(path));
  }
}

}  // namespace
