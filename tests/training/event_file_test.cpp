#include "jcs/training/event_file.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace {

using jcs::training::EventFile;

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(EventFile, HoldsLengthPrefixedRecords) {
  const jcs::test::TempDir dir;
  EventFile events(dir.path(), 7);
  EXPECT_EQ(events.path().filename(), "events.out.tfevents.0000000007.jcs");
  EXPECT_TRUE(EventFile::is_name(events.path().filename().string()));
  EXPECT_FALSE(EventFile::is_name("events.out.tfevents.123.host"));
  events.add("train/loss", 8, 0.5, 1234.5);
  events.flush();
  const std::string bytes = content(events.path());
  int records = 0;
  std::size_t at = 0;
  std::string last;
  while (at < bytes.size()) {
    std::uint64_t length = 0;
    ASSERT_LE(at + 12, bytes.size());
    std::memcpy(&length, bytes.data() + at, 8);
    ASSERT_LE(at + 16 + length, bytes.size());
    last = bytes.substr(at + 12, length);
    at += 16 + length;
    ++records;
  }
  EXPECT_EQ(records, 3);
  EXPECT_NE(last.find("train/loss"), std::string::npos);
}

// The first record of every event file of this version, checksums included, as TensorFlow's own
// writers make it.
TEST(EventFile, OpensWithTheKnownHeader) {
  const jcs::test::TempDir dir;
  EventFile events(dir.path(), 0);
  events.flush();
  const std::string bytes = content(events.path());
  ASSERT_GT(bytes.size(), 31u);
  const std::string expected = std::string("\x0f\0\0\0\0\0\0\0", 8) + "\x6d\x53\x2b\x09" +
                               "\x1a\x0d" + "brain.Event:2" + "\xfc\x98\x51\x29";
  EXPECT_EQ(bytes.substr(0, 31), expected);
}

}  // namespace
