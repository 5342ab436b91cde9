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
    for (const char* name : {"a.png", "b, c.png", "m.png", "v.nii.gz", "w.nii", "f.mat"}) {
      std::ofstream(dir_ / name) << "x";
    }
  }
  jcs::data::Manifest read(const std::string& text, const std::string& name = "list.csv") {
    std::ofstream(dir_ / name) << text;
    return jcs::data::read_manifest(dir_ / name);
  }
  std::string refusal(const std::string& text, const std::string& name = "list.csv") {
    const std::string line = error_line<jcs::InputError>([&] { read(text, name); });
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

// As columns of fixed width are exported. Else P001 and "P001 " were two patients.
TEST_F(ManifestTest, OuterBlanksWithinQuotesGoToo) {
  const auto manifest = read("image,label,patient\n\"a.png \",\" 1\",\" P 001\t\"\n");
  ASSERT_EQ(manifest.entries.size(), 1u);
  EXPECT_EQ(manifest.entries[0].image, dir_ / "a.png");
  EXPECT_EQ(manifest.entries[0].label, 1);
  EXPECT_EQ(manifest.entries[0].patient, "P 001");
}

TEST_F(ManifestTest, ReadsWindowsLineEndsAndTheByteOrderMark) {
  const auto manifest = read("\xEF\xBB\xBFimage,label\r\na.png,1\r\n");
  ASSERT_EQ(manifest.entries.size(), 1u);
  EXPECT_EQ(manifest.entries[0].label, 1);
}

TEST_F(ManifestTest, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(refusal(""),
            "list.csv: empty manifest (expected a header with image, mask, label, patient, source, "
            "slice and mask_value)");
  EXPECT_EQ(refusal("image,label\n"), "list.csv: manifest without entries");
  EXPECT_EQ(refusal("image,pateint\na.png,1\n"),
            "list.csv:1: unknown column 'pateint' (expected image, mask, label, patient, source, "
            "slice and mask_value)");
  EXPECT_EQ(refusal("label\n1\n"),
            "list.csv:1: no column 'image' (expected a header with image, mask, label, patient, "
            "source, slice and mask_value)");
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

TEST_F(ManifestTest, ASliceOfAVolumeHasItsNumber) {
  const auto manifest =
      read("image,mask,slice,mask_value\nv.nii.gz,w.nii,12,3\nw.nii,,0,\nf.mat,m.png,,\n");
  ASSERT_EQ(manifest.entries.size(), 3u);
  EXPECT_EQ(manifest.entries[0].slice, 12);
  EXPECT_EQ(manifest.entries[0].mask_value, 3);
  EXPECT_EQ(manifest.entries[1].slice, 0);
  EXPECT_FALSE(manifest.entries[1].mask_value.has_value());
  EXPECT_FALSE(manifest.entries[2].slice.has_value());
}

TEST_F(ManifestTest, ATrailingSlashIsNoPartOfAStudysName) {
  std::filesystem::create_directories(dir_ / "studies/p1");
  std::ofstream(dir_ / "studies.csv") << "image\nstudies/p1/\nstudies/p1//\n";
  for (const auto& entry :
       jcs::data::read_manifest(dir_ / "studies.csv", jcs::data::Images::kFilesAndFolders)
           .entries) {
    EXPECT_EQ(entry.image, dir_ / "studies/p1");
  }
  EXPECT_NE(refusal("image\na.png/\n").find("image is not there"), std::string::npos);
}

TEST_F(ManifestTest, VolumesAndSlicesBelongTogether) {
  EXPECT_EQ(refusal("image\nv.nii.gz\n"),
            "list.csv:2: a NIfTI volume needs its slice (expected a number in the column 'slice')");
  EXPECT_EQ(refusal("image,slice\na.png,1\n"),
            "list.csv:2: a slice is given, but the image is no NIfTI volume (expected .nii or "
            ".nii.gz, got a.png)");
  EXPECT_EQ(refusal("image,slice\nw.nii,-1\n"),
            "list.csv:2: no slice (expected a whole number from 0 on, got '-1')");
  EXPECT_EQ(refusal("image,slice\nw.nii,1.5\n"),
            "list.csv:2: no slice (expected a whole number from 0 on, got '1.5')");
  EXPECT_EQ(refusal("image,slice\nw.nii,99999999999\n"),
            "list.csv:2: no slice (expected a whole number from 0 on, got '99999999999')");
  EXPECT_EQ(refusal("image,mask,slice\nw.nii,m.png,1\n"),
            "list.csv:2: image and mask must both be NIfTI or neither (got w.nii and m.png)");
  EXPECT_EQ(refusal("image,mask_value\na.png,3\n"),
            "list.csv:2: a mask value is given, but there is no NIfTI mask (expected .nii or "
            ".nii.gz, got no mask)");
  EXPECT_EQ(refusal("image,mask,slice,mask_value\nv.nii.gz,w.nii,1,0\n"),
            "list.csv:2: mask value 0 is the background (expected 1 or more)");
}

TEST_F(ManifestTest, ReadsListsOfTwoColumns) {
  const auto manifest = read("a.png m.png\r\n\n  f.mat\tm.png\n", "train.txt");
  ASSERT_EQ(manifest.entries.size(), 2u);
  EXPECT_EQ(manifest.entries[0].image, dir_ / "a.png");
  EXPECT_EQ(manifest.entries[0].mask, dir_ / "m.png");
  EXPECT_FALSE(manifest.entries[0].label.has_value());
  EXPECT_EQ(manifest.entries[1].image, dir_ / "f.mat");
  EXPECT_EQ(manifest.entries[1].line, 3u);
}

TEST_F(ManifestTest, ListsOfTwoColumnsMayBeNamedInCapitals) {
  EXPECT_EQ(read("a.png m.png\n", "TRAIN.TXT").entries.size(), 1U);
}

TEST_F(ManifestTest, NamesWhatIsWrongInAListOfTwoColumns) {
  EXPECT_EQ(refusal("a.png m.png\na.png\n", "l.txt"),
            "l.txt:2: no line of an image and its mask (expected 2 paths, got 1)");
  EXPECT_EQ(refusal("a.png m.png 1\n", "l.txt"),
            "l.txt:1: no line of an image and its mask (expected 2 paths, got 3)");
  EXPECT_NE(refusal("a.png gone.png\n", "l.txt").find("l.txt:1: mask is not there"),
            std::string::npos);
  EXPECT_EQ(refusal("\n\n", "l.txt"), "l.txt: manifest without entries");
}

TEST_F(ManifestTest, NamesAManifestThatIsMissing) {
  const std::string line =
      error_line<jcs::InputError>([] { jcs::data::read_manifest("/no/such.csv"); });
  EXPECT_EQ(line, "/no/such.csv: cannot be read: No such file or directory");
}

// The end of the file is where the disk says so, not where it cannot be read.
TEST_F(ManifestTest, ADiskThatCannotBeReadIsNoShorterManifest) {
  for (const char* name : {"m.csv", "m.txt"}) {
    const std::filesystem::path file = dir_ / name;
    std::filesystem::create_symlink("/proc/self/mem",
                                    file);  // opens, but its first byte cannot be read
    EXPECT_EQ(error_line<jcs::InputError>([&] { jcs::data::read_manifest(file); }),
              file.string() + ": cannot be read: Input/output error");
  }
}

}  // namespace
