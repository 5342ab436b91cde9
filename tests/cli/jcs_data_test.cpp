#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "support/process.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::Finished;
using jcs::test::TempDir;
using testing::HasSubstr;

Finished data(std::vector<std::string> words) {
  words.insert(words.begin(), jcs::test::program("jcs_data"));
  return jcs::test::run_program(words);
}

// SARS-CoV-2-CT with pictures of differing content.
void make_set(const fs::path& folder, int pictures) {
  fs::create_directories(folder / "COVID");
  fs::create_directories(folder / "non-COVID");
  for (int i = 0; i < pictures; ++i) {
    const std::string name = "(" + std::to_string(i) + ").png";
    std::ofstream(folder / "COVID" / name) << "covid" << i;
    std::ofstream(folder / "non-COVID" / name) << "clean" << i;
  }
}

TEST(JcsData, FromADataSetToACheckedSplit) {
  const TempDir dir;
  make_set(dir / "set", 10);
  const Finished made =
      data({"manifest", "sars-cov-2-ct", dir / "set", "--out", dir / "set/all.csv"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.err, "");
  EXPECT_THAT(made.out, HasSubstr("all.csv: 20 slices, 10 positive, 10 negative, 0 with a mask; 0 "
                                  "patients, 20 slices of nobody known"));
  const Finished split = data({"split", dir / "set/all.csv", "--out", dir / "split", "--validation",
                               "0.2", "--test", "0.1", "--seed", "3"});
  EXPECT_EQ(split.code, 0) << split.err;
  EXPECT_THAT(split.out, HasSubstr("train.csv: 14 slices, 7 positive, 7 negative"));
  EXPECT_THAT(split.out, HasSubstr("val.csv: 4 slices, 2 positive, 2 negative"));
  EXPECT_THAT(split.out, HasSubstr("test.csv: 2 slices, 1 positive, 1 negative"));
  const std::string train = dir / "split/train.csv", val = dir / "split/val.csv";
  EXPECT_EQ(data({"check", train, val}).code, 0);
  const Finished refused = data({"check", train, train});
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("0 patients and 14 pictures on both"));
}

TEST(JcsData, TheSameSeedDividesAlikeAndAnEarlierSplitStays) {
  const TempDir dir;
  make_set(dir / "set", 10);
  data({"manifest", "sars-cov-2-ct", dir / "set", "--out", dir / "set/all.csv"});
  const std::vector<std::string> words{
      "split", dir / "set/all.csv", "--out", dir / "split", "--test", "0.2", "--quiet"};
  EXPECT_EQ(data(words).code, 0);
  const std::string val = content_of(dir / "split/val.csv");
  const Finished again = data(words);
  EXPECT_EQ(again.code, 5);
  EXPECT_THAT(again.err, HasSubstr("--overwrite"));
  const Finished other =
      data({"split", dir / "set/all.csv", "--out", dir / "split", "--seed", "9", "--overwrite"});
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_NE(content_of(dir / "split/val.csv"), val);
  // A test set of an earlier split would share slices with the new training set.
  EXPECT_FALSE(fs::exists(dir / "split/test.csv"));
  fs::remove_all(dir / "split");
  EXPECT_EQ(data(words).code, 0);
  EXPECT_EQ(content_of(dir / "split/val.csv"), val);
}

TEST(JcsData, ASplitWithoutALabelInAPartSaysSo) {
  const TempDir dir;
  make_set(dir / "set", 10);
  std::ofstream csv(dir / "set/rare.csv");
  csv << "image,label,patient\n";
  int row = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir / "set")) {
    if (entry.path().extension() != ".png") continue;
    csv << fs::relative(entry.path(), dir / "set").string() << "," << (row == 0 ? 1 : 0) << ",p"
        << row << "\n";
    ++row;
  }
  csv.close();
  const Finished run = data({"split", dir / "set/rare.csv", "--out", dir / "split", "--quiet"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.error_lines(), 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("no slice has label 1"));
}

TEST(JcsData, ASplitNeverReplacesItsOwnManifest) {
  const TempDir dir;
  make_set(dir / "set", 10);
  data({"manifest", "sars-cov-2-ct", dir / "set", "--out", dir / "set/train.csv"});
  const std::string before = content_of(dir / "set/train.csv");
  const Finished run = data({"split", dir / "set/train.csv", "--out", dir / "set", "--overwrite"});
  EXPECT_EQ(run.code, 5);
  EXPECT_EQ(run.error_lines(), 1) << run.err;
  EXPECT_EQ(content_of(dir / "set/train.csv"), before);
}

TEST(JcsData, RefusesInOneLine) {
  const TempDir dir;
  make_set(dir / "set", 2);
  std::ofstream(dir / "bad.csv") << "picture\n";
  const std::string out = dir / "out.csv", set = dir / "set";
  const auto expect = [](int code, const std::vector<std::string>& words) {
    const Finished run = data(words);
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_EQ(run.error_lines(), 1) << run.err;
    EXPECT_TRUE(run.err.starts_with("jcs_data: ")) << run.err;
  };
  expect(2, {});
  expect(2, {"manifest", "sars", set, "--out", out});
  expect(2, {"manifest", "sars-cov-2-ct", set});
  expect(2, {"manifest", "sars-cov-2-ct", set, "--out", dir / "out.txt"});
  expect(3, {"manifest", "covid-ct", set, "--out", out});
  expect(3, {"manifest", "covid-ct", dir / "gone", "--out", out});
  expect(5, {"manifest", "sars-cov-2-ct", set, "--out", dir / "no/such/folder.csv"});
  expect(3, {"split", dir / "bad.csv", "--out", dir / "split"});
  expect(3, {"check", dir / "bad.csv", dir / "bad.csv"});
  EXPECT_EQ(data({"manifest", "sars-cov-2-ct", set, "--out", out}).code, 0);
  const std::string made = jcs::test::content_of(out);
  std::ofstream(out, std::ios::app) << "corrected";
  expect(5, {"manifest", "sars-cov-2-ct", set, "--out", out});
  EXPECT_EQ(jcs::test::content_of(out), made + "corrected");
  EXPECT_EQ(data({"manifest", "sars-cov-2-ct", set, "--out", out, "--overwrite"}).code, 0);
  EXPECT_EQ(jcs::test::content_of(out), made);
  expect(2, {"split", out, "--out", dir / "split", "--validation", "1.5"});
  expect(2, {"split", out, "--out", dir / "split", "--validation", "0.5", "--test", "0.5"});
  EXPECT_FALSE(fs::exists(dir / "split"));
}

TEST(JcsData, ReportsWhatADataSetConsistsOf) {
  const TempDir dir;
  // Two pixels: a grey slice and a mask whose right one is opacity.
  cv::imwrite(dir / "a.png", cv::Mat(1, 2, CV_8UC1, cv::Scalar(90)));
  cv::imwrite(dir / "m.png", cv::Mat_<std::uint8_t>({1, 2}, {0, 255}));
  std::ofstream(dir / "all.csv") << "image,mask,label,patient\na.png,m.png,1,p\n";
  const Finished run = data({"report", dir / "all.csv", "--json", dir / "report.json", "--csv",
                             dir / "opacities.csv", "--least-area", "1"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, HasSubstr("all.csv: 1 slice, 1 positive, 0 negative, 1 annotated"));
  EXPECT_THAT(content_of(dir / "report.json"), HasSubstr("\"annotated_slices\": 1"));
  EXPECT_THAT(content_of(dir / "opacities.csv"), HasSubstr(",p,,1,1,0,1,1,0.75,0.5\n"));
  EXPECT_EQ(data({"report", dir / "all.csv", "--quiet"}).out, "");
  // Neither file may take the list's place, under whatever name.
  fs::create_symlink("all.csv", dir / "link.csv");
  const std::string list = content_of(dir / "all.csv");
  for (const char* option : {"--csv", "--json"}) {
    for (const char* name : {"all.csv", "./all.csv", "link.csv"}) {
      const Finished replaced = data({"report", dir / "all.csv", option, dir / name});
      EXPECT_EQ(replaced.code, 2) << name;
      EXPECT_THAT(replaced.err, HasSubstr("is read and would be replaced"));
    }
  }
  EXPECT_EQ(content_of(dir / "all.csv"), list);
  std::ofstream(dir / "m.png") << "torn";
  const Finished refused = data({"report", dir / "all.csv", "--json", dir / "none.json"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("m.png"));
  EXPECT_FALSE(fs::exists(dir / "none.json"));
  EXPECT_THAT(data({"report", dir / "all.csv", "--least-area", "0"}).err,
              HasSubstr("jcs_data: --least-area: out of range"));
  std::ofstream(dir / "all.csv") << "image,mask\n";
  EXPECT_EQ(data({"report", dir / "all.csv"}).code, 3);
}

TEST(JcsData, LimitsOfWhatAFileMayAskForAreOptions) {
  const TempDir dir;
  cv::imwrite(dir / "a.png", cv::Mat::zeros(1100, 1000, CV_8UC1));
  cv::imwrite(dir / "m.png", cv::Mat::zeros(1100, 1000, CV_8UC1));
  std::ofstream(dir / "all.csv") << "image,mask,label,patient\na.png,m.png,1,p\n";
  const std::vector<std::string> words{"report", dir / "all.csv", "--quiet"};
  EXPECT_EQ(data(words).code, 0);
  auto limited = words;
  limited.insert(limited.end(), {"--limit-slice-megapixels", "1"});
  const Finished refused = data(limited);
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("too large"));
  limited.back() = "0";
  EXPECT_EQ(data(limited).code, 2);
  EXPECT_THAT(data({"--help"}).out, HasSubstr("--limit-decoder-seconds"));
}

TEST(JcsData, TheReleasesListsShareTheirPictures) {
  const fs::path folder = jcs::test::data_dir() / "COVID-19-CT100";
  JCS_NEEDS(folder);
  const Finished run = data({"check", folder / "train.txt", folder / "test.txt"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("on one side only, got"));
}

TEST(JcsData, HelpNamesTheDataSets) {
  const Finished run = data({"manifest", "--help"});
  EXPECT_EQ(run.code, 0);
  for (const char* kind : {"covid-19-ct100", "covid-19-ct-seg", "mosmeddata", "covid-ct-md",
                           "covid-ct", "sars-cov-2-ct"}) {
    EXPECT_THAT(run.out, HasSubstr(kind));
  }
  EXPECT_THAT(data({"--help"}).out, HasSubstr("Examples:"));
}

}  // namespace
