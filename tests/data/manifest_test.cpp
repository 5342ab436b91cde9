#include "jcs/data/manifest.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::error_line;

class ManifestTest : public testing::Test {
 protected:
  ManifestTest() {
    for (const char* name : {"a.png", "b, c.png", "m.png"}) {
      std::ofstream(dir_ / name) << "x";
    }
  }
  jcs::data::Manifest read(const std::string& text) {
    std::ofstream(dir_ / "list.csv") << text;
    return jcs::data::read_manifest(dir_ / "list.csv");
  }
  std::string refusal(const std::string& text) {
    const std::string line = error_line<jcs::InputError>([&] { read(text); });
    const std::string folder = dir_.path().string() + "/";
    return line.starts_with(folder) ? line.substr(folder.size()) : line;
  }
  jcs::test::TempDir dir_;
};

TEST_F(ManifestTest, ReadsColumnsInAnyOrder) {
  const auto manifest =
      read("label,image,patient,mask\n1,a.png,p1,m.png\n\n0,\"b, c.png\",p2,\n,a.png,,\n");
  ASSERT_EQ(manifest.entries.size(), 3u);
  EXPECT_EQ(manifest.entries[0].image, dir_ / "a.png");
  EXPECT_EQ(manifest.entries[0].mask, dir_ / "m.png");
  EXPECT_EQ(manifest.entries[0].label, 1);
  EXPECT_EQ(manifest.entries[0].patient, "p1");
  EXPECT_EQ(manifest.entries[0].line, 2u);
  EXPECT_EQ(manifest.entries[1].image, dir_ / "b, c.png");
  EXPECT_TRUE(manifest.entries[1].mask.empty());
  EXPECT_EQ(manifest.entries[1].label, 0);
  EXPECT_FALSE(manifest.entries[2].label.has_value());
}

TEST_F(ManifestTest, ReadsWindowsLineEndsAndTheByteOrderMark) {
  const auto manifest = read("\xEF\xBB\xBFimage,label\r\na.png,1\r\n");
  ASSERT_EQ(manifest.entries.size(), 1u);
  EXPECT_EQ(manifest.entries[0].label, 1);
}

TEST_F(ManifestTest, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(
      refusal(""),
      "list.csv: empty manifest (expected a header with image, mask, label, patient and source)");
  EXPECT_EQ(refusal("image,label\n"), "list.csv: manifest without entries");
  EXPECT_EQ(
      refusal("image,pateint\na.png,1\n"),
      "list.csv:1: unknown column 'pateint' (expected image, mask, label, patient and source)");
  EXPECT_EQ(refusal("label\n1\n"),
            "list.csv:1: no column 'image' (expected a header with image, mask, label, patient and "
            "source)");
  EXPECT_EQ(refusal("image,image\na.png,a.png\n"), "list.csv:1: column 'image' is given twice");
  EXPECT_EQ(refusal("image,label\na.png,2\n"),
            "list.csv:2: no label (expected 0, 1 or nothing, got '2')");
  EXPECT_EQ(refusal("image,label\na.png\n"), "list.csv:2: too few fields for the header");
  EXPECT_EQ(refusal("image,label\na.png,1,1\n"), "list.csv:2: more fields than the header names");
  EXPECT_EQ(refusal("image,label\n,1\n"), "list.csv:2: no image");
  EXPECT_EQ(refusal("image,label\n\"a.png,1\n"), "list.csv:2: a quote is not closed");
  EXPECT_NE(refusal("image,label\na.png,1\nmissing.png,1\n").find("list.csv:3: image is not there"),
            std::string::npos);
  EXPECT_NE(refusal("image,mask\na.png,missing.png\n").find("list.csv:2: mask is not there"),
            std::string::npos);
}

TEST_F(ManifestTest, NamesAManifestThatIsMissing) {
  const std::string line =
      error_line<jcs::InputError>([] { jcs::data::read_manifest("/no/such.csv"); });
  EXPECT_EQ(line, "/no/such.csv: manifest cannot be read");
}

}  // namespace
