#include "jcs/data/write_manifest.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::Manifest;
using jcs::data::ManifestEntry;
using jcs::data::read_manifest;
using jcs::data::write_manifest;
using jcs::test::TempDir;

fs::path file(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
  return path;
}

TEST(WriteManifest, ReadsBackTheSame) {
  const TempDir dir;
  ManifestEntry plain;
  plain.image = file(dir / "data/a, \"b\".png");
  plain.mask = file(dir / "data/m.png");
  plain.label = 1;
  plain.patient = "Doe, \"J\"";
  plain.source = "s";
  ManifestEntry volume;
  volume.image = file(dir / "data/v.nii.gz");
  volume.mask = file(dir / "data/w.nii");
  volume.slice = 3;
  volume.mask_value = 2;
  fs::create_directory(dir / "lists");
  write_manifest(dir / "lists/all.csv", {"", {plain, volume}});
  const Manifest back = read_manifest(dir / "lists/all.csv");
  ASSERT_EQ(back.entries.size(), 2U);
  EXPECT_TRUE(fs::equivalent(back.entries[0].image, plain.image));
  EXPECT_TRUE(fs::equivalent(back.entries[0].mask, plain.mask));
  EXPECT_EQ(back.entries[0].label, 1);
  EXPECT_EQ(back.entries[0].patient, plain.patient);
  EXPECT_EQ(back.entries[0].source, "s");
  EXPECT_FALSE(back.entries[0].slice.has_value());
  EXPECT_EQ(back.entries[1].slice, 3);
  EXPECT_EQ(back.entries[1].mask_value, 2);
  EXPECT_FALSE(back.entries[1].label.has_value());
}

TEST(WriteManifest, PathsAreRelativeSoThatTheFolderMayMove) {
  const TempDir dir;
  ManifestEntry entry;
  entry.image = file(dir / "set/images/a.png");
  write_manifest(dir / "set/list.csv", {"", {entry}});
  EXPECT_EQ(jcs::test::content_of(dir / "set/list.csv"),
            "image,mask,label,patient,source\nimages/a.png,,,,\n");
  fs::rename(dir / "set", dir / "moved");
  EXPECT_EQ(read_manifest(dir / "moved/list.csv").entries.size(), 1U);
}

TEST(WriteManifest, AFolderBehindALinkIsReachedFromItsRealPlace) {
  const TempDir dir;
  fs::create_directories(dir / "far/away");
  fs::create_directory_symlink(dir / "far/away", dir / "link");
  ManifestEntry entry;
  entry.image = file(dir / "a.png");
  write_manifest(dir / "link/list.csv", {"", {entry}});
  EXPECT_EQ(read_manifest(dir / "link/list.csv").entries.size(), 1U);
}

TEST(WriteManifest, SaysWhereItCannotBeWritten) {
  const TempDir dir;
  ManifestEntry entry;
  entry.image = file(dir / "a.png");
  fs::create_directory_symlink(dir / "loop", dir / "loop");
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>([&] {
                write_manifest(dir / "loop/list.csv", {"", {entry}});
              }),
              testing::HasSubstr("loop/list.csv: cannot be written"));
}

TEST(WriteManifest, RefusesWhatItCouldNotReadBack) {
  const TempDir dir;
  ManifestEntry entry;
  entry.image = file(dir / "a.png");
  entry.patient = "two\nlines";
  EXPECT_EQ(
      jcs::test::error_line<jcs::InputError>([&] {
        write_manifest(dir / "list.csv", {"", {entry}});
      }),
      "two?lines: cannot be written into a manifest (expected no line break, no outer blanks)");
  EXPECT_FALSE(fs::exists(dir / "list.csv"));
  entry.patient = "";
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([&] {
                write_manifest(dir / "list.txt", {"", {entry}});
              }),
              testing::HasSubstr("list.txt"));
  jcs::test::error_line<jcs::OutputError>([&] {
    write_manifest(dir / "no/such/list.csv", {"", {entry}});
  });
}

}  // namespace
