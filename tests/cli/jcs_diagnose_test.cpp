#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/small_study.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::Finished;
using jcs::test::small_volume;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A study, weights that call everything positive and opaque, and an empty place for the output.
class JcsDiagnose : public testing::Test {
 protected:
  void SetUp() override {
    jcs::test::save(cls_, jcs::test::constant_classifier(true));
    jcs::test::save(seg_, jcs::test::constant_segmenter(true));
    fs::create_directories(out_.parent_path());
    fs::create_directories(study_);
  }

  void write(const jcs::imaging::CtVolume& volume, const std::string& below = ".") {
    fs::create_directories(study_ / below);
    jcs::imaging::write_ct_files(study_ / below, volume);
  }

  [[nodiscard]] std::vector<std::string> words() const {
    return {study_, "--weights-cls", cls_, "--weights-seg", seg_, "--output",
            out_,   "--threads",     "1",  "--device",      "cpu"};
  }

  static Finished run(std::vector<std::string> words, const std::string& prelude = "") {
    words.insert(words.begin(), jcs::test::program("jcs_diagnose"));
    return jcs::test::run_program(words, prelude);
  }
  [[nodiscard]] Finished run_with(const std::vector<std::string>& more) const {
    std::vector<std::string> all = words();
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }

  [[nodiscard]] nlohmann::json result() const {
    return nlohmann::json::parse(jcs::test::content_of(out_ / "result.json"));
  }

  /// One line on stderr that holds `text`, nothing on stdout, nothing in the place of the output.
  void expect_refused(const Finished& finished, int code, const std::string& text) const {
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_EQ(finished.error_lines(), 1) << finished.err;
    EXPECT_THAT(finished.err, AllOf(HasSubstr("jcs_diagnose: "), HasSubstr(text)));
    EXPECT_THAT(finished.out, IsEmpty());
    EXPECT_TRUE(fs::is_empty(out_.parent_path())) << "something was left";
  }

  jcs::test::TempDir dir_;
  fs::path study_ = dir_ / "study";
  fs::path cls_ = dir_ / "cls.safetensors";
  fs::path seg_ = dir_ / "seg.safetensors";
  fs::path out_ = dir_.path() / "place" / "result";
};

TEST_F(JcsDiagnose, FromAFolderOfDicomFilesToAVerdict) {
  write(small_volume(30));
  const Finished finished = run(words());
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, IsEmpty());
  EXPECT_THAT(finished.out, AllOf(HasSubstr("verdict: positive"), HasSubstr("report.html")));
  EXPECT_THAT(jcs::test::content_of(out_ / "report.html"), HasSubstr("<html"));
  EXPECT_FALSE(fs::exists(out_ / "pictures"));

  const nlohmann::json json = result();
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["verdict"], "positive");
  EXPECT_EQ(json["threshold"], 25);
  EXPECT_EQ(json["slices"], 30);
  EXPECT_EQ(json["positive_slices"], 30);
  EXPECT_NEAR(json["opacity_volume_ml"].get<double>(), 30 * 48 * 64 * 0.7 * 0.8 * 2 / 1000, 1e-6);
  ASSERT_THAT(json["per_slice"], SizeIs(30));
  EXPECT_EQ(json["per_slice"][7]["position"], 14.0);
  EXPECT_EQ(json["per_slice"][7]["file"], "slice_0008.dcm");
  EXPECT_NEAR(json["per_slice"][7]["probability"].get<double>(), 0.95, 1e-4);
  for (const char* stage : {"read", "classify", "segment", "activation maps", "write"}) {
    EXPECT_TRUE(json["timing"].contains(stage)) << stage;
  }
  EXPECT_THAT(json["weights"], SizeIs(2));
  EXPECT_THAT(json["key_slices"], SizeIs(6));
}

TEST_F(JcsDiagnose, PrintsItsResultAsJson) {
  write(small_volume(30));
  const Finished finished = run_with({"--json", "--segment", "never", "--threshold", "10%"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, jcs::test::content_of(out_ / "result.json"));
  const nlohmann::json json = result();
  EXPECT_EQ(json["threshold"], 3);
  EXPECT_EQ(json["threshold_fraction"], 0.1);
  EXPECT_EQ(json["segmented"], false);
  EXPECT_TRUE(json["opacity_volume_ml"].is_null());
}

TEST_F(JcsDiagnose, NeedsNoSegmenterWhereItNeverSegments) {
  write(small_volume(30));
  const Finished finished = run({study_, "--weights-cls", cls_, "--segment", "never", "-o", out_,
                                 "--device", "cpu", "--quiet"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out + finished.err, IsEmpty());
  EXPECT_EQ(result()["verdict"], "positive");
}

TEST_F(JcsDiagnose, NegativePatientsAreNotSegmentedUnlessAsked) {
  jcs::test::save(cls_, jcs::test::constant_classifier(false));
  write(small_volume(30));
  EXPECT_EQ(run(words()).code, 0);
  EXPECT_EQ(result()["verdict"], "negative");
  EXPECT_EQ(result()["segmented"], false);
  EXPECT_EQ(run_with({"--segment", "always", "--overwrite"}).code, 0);
  EXPECT_EQ(result()["verdict"], "negative");
  EXPECT_EQ(result()["segmented"], true);
}

TEST_F(JcsDiagnose, WritesPicturesOnRequest) {
  write(small_volume(3));
  EXPECT_EQ(run_with({"--png", "--segment", "always"}).code, 0);
  EXPECT_TRUE(fs::exists(out_ / "pictures" / "slice_0003.png"));
  EXPECT_TRUE(fs::exists(out_ / "pictures" / "mask_0003.png"));
  EXPECT_EQ(result()["verdict"], "undetermined");
}

TEST_F(JcsDiagnose, NamesTheOutputAfterTheStudyUnlessTold) {
  write(small_volume(3));
  const Finished finished =
      run({study_.string() + "/", "--weights-cls", cls_, "--segment", "never", "--device", "cpu"},
          "cd " + jcs::test::quoted(out_.parent_path()));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_TRUE(fs::exists(out_.parent_path() / "study_jcs" / "result.json"));
}

TEST_F(JcsDiagnose, ReplacesOnlyAnEarlierResultAndOnlyWhenTold) {
  write(small_volume(3));
  ASSERT_EQ(run(words()).code, 0);
  const std::string earlier = jcs::test::content_of(out_ / "result.json");
  const Finished again = run(words());
  EXPECT_EQ(again.code, 5);
  EXPECT_EQ(again.error_lines(), 1) << again.err;
  EXPECT_THAT(again.err, HasSubstr("--overwrite"));
  EXPECT_EQ(jcs::test::content_of(out_ / "result.json"), earlier);
  EXPECT_EQ(run_with({"--overwrite", "--threshold", "2"}).code, 0);
  EXPECT_EQ(result()["threshold"], 2);

  std::ofstream(out_ / "thesis.tex") << "not ours";
  const Finished foreign = run_with({"--overwrite"});
  EXPECT_EQ(foreign.code, 5);
  EXPECT_EQ(foreign.error_lines(), 1) << foreign.err;
  EXPECT_TRUE(fs::exists(out_ / "thesis.tex"));
}

TEST_F(JcsDiagnose, ListsSeriesAndReadsTheOneAskedFor) {
  write(small_volume(4), "a");
  jcs::imaging::CtVolume other = small_volume(2);
  other.series.series_uid = "1.2.826.0.1.3680043.10.1.2";
  other.series.series_number = 9;
  write(other, "b");
  const Finished list = run({study_, "--list-series"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 2);
  EXPECT_THAT(list.out, AllOf(HasSubstr("series 3"), HasSubstr("series 9"),
                              HasSubstr("1.2.826.0.1.3680043.10.1.2")));
  EXPECT_EQ(run_with({"--series", "9"}).code, 0);
  EXPECT_EQ(result()["slices"], 2);
}

TEST_F(JcsDiagnose, UnknownSeries) {
  write(small_volume(2));
  expect_refused(run_with({"--series", "42"}), 2, "42");
}

TEST_F(JcsDiagnose, MissingSlicesAreNamedInTheResult) {
  write(jcs::test::without_slice(small_volume(12), 5));
  ASSERT_EQ(run(words()).code, 0);
  std::string warnings;
  const nlohmann::json json = result();
  for (const auto& warning : json["warnings"]) {
    warnings += warning.get<std::string>() + "\n";
  }
  EXPECT_THAT(warnings, AllOf(HasSubstr("8"), HasSubstr("12")));  // mm, on both sides of the gap
}

TEST_F(JcsDiagnose, MissingFolder) {
  fs::remove(study_);
  expect_refused(run(words()), 3, study_.string());
}

TEST_F(JcsDiagnose, EmptyFolder) { expect_refused(run(words()), 3, study_.string()); }

TEST_F(JcsDiagnose, NoCtInTheFolder) {
  std::ofstream(study_ / "letter.txt") << "Dear colleague";
  expect_refused(run(words()), 3, study_.string());
}

TEST_F(JcsDiagnose, TwoSlicesAtOnePosition) {
  write(small_volume(4));
  jcs::imaging::CtVolume other = jcs::test::without_slice(small_volume(4), 0);
  for (std::int16_t& hu : other.hu) {
    hu = static_cast<std::int16_t>(-hu / 2);
  }
  other.slices[0].sop_instance_uid = "1.2.826.0.1.3680043.10.7";
  other = jcs::test::without_slice(jcs::test::without_slice(other, 2), 1);
  write(other, "again");
  expect_refused(run(words()), 3, "position");
}

TEST_F(JcsDiagnose, MixedSizes) {
  write(small_volume(4), "a");
  jcs::imaging::CtVolume other = small_volume(8, 40, 64);
  other.slices.erase(other.slices.begin(), other.slices.begin() + 4);
  other.hu.erase(other.hu.begin(),
                 other.hu.begin() + static_cast<std::ptrdiff_t>(4 * other.pixels()));
  write(other, "b");
  expect_refused(run(words()), 3, "40 x 64");
}

TEST_F(JcsDiagnose, MixedOrientations) {
  write(small_volume(4), "a");
  jcs::imaging::CtVolume other = small_volume(3);
  other.row_direction = {0, 1, 0};
  other.column_direction = {0, 0, -1};
  other.normal = {-1, 0, 0};
  for (std::size_t i = 0; i < other.slices.size(); ++i) {
    other.slices[i].position = {-2.0 * static_cast<double>(i), 0, 100};
  }
  write(other, "b");
  expect_refused(run(words()), 3, "orientation");
}

TEST_F(JcsDiagnose, TruncatedFile) {
  write(small_volume(4));
  const fs::path file = study_ / "slice_0003.dcm";
  fs::resize_file(file, fs::file_size(file) * 6 / 10);
  expect_refused(run(words()), 3, "slice_0003.dcm");
}

TEST_F(JcsDiagnose, ASyntaxThatCannotBeDecoded) {
  write(small_volume(4));
  jcs::test::replace_in_file(study_ / "slice_0002.dcm", std::string("1.2.840.10008.1.2.1\0", 20),
                             std::string("1.2.840.10008.1.2.7\0", 20));
  expect_refused(run(words()), 3, "slice_0002.dcm");
}

TEST_F(JcsDiagnose, ARescaleSlopeThatIsNone) {
  for (const char* slope : {"0", "nan"}) {
    write(small_volume(4));
    jcs::test::set_rescale_slope(study_ / "slice_0002.dcm", slope);
    expect_refused(run(words()), 3, "slice_0002.dcm");
  }
}

TEST_F(JcsDiagnose, WeightsOfTheWrongNetwork) {
  write(small_volume(4));
  expect_refused(run({study_, "--weights-cls", seg_, "--weights-seg", seg_, "-o", out_}), 4,
                 "seg.safetensors");
  expect_refused(run({study_, "--weights-cls", cls_, "--weights-seg", cls_, "-o", out_}), 4,
                 "cls.safetensors");
}

TEST_F(JcsDiagnose, WeightsThatAreNone) {
  write(small_volume(4));
  std::ofstream(dir_ / "page.pth") << "<!DOCTYPE html><html><body>404</body></html>";
  expect_refused(
      run({study_, "--weights-cls", dir_ / "page.pth", "--weights-seg", seg_, "-o", out_}), 4,
      "HTML");
  expect_refused(
      run({study_, "--weights-cls", dir_ / "absent.pth", "--weights-seg", seg_, "-o", out_}), 4,
      "absent.pth");
}

TEST_F(JcsDiagnose, WeightsAreReadBeforeTheStudy) {
  write(small_volume(4));
  fs::resize_file(study_ / "slice_0001.dcm", 300);
  std::ofstream(cls_) << "no weights";
  expect_refused(run(words()), 4, "cls.safetensors");
}

TEST_F(JcsDiagnose, WeightsThatGiveNoNumbers) {
  jcs::models::Classifier broken = jcs::test::constant_classifier(true);
  {
    const torch::NoGradGuard no_grad;
    broken->head_weight().fill_(std::nanf(""));
  }
  jcs::test::save(cls_, broken);
  write(small_volume(4));
  expect_refused(run(words()), 4, "cls.safetensors");
}

TEST_F(JcsDiagnose, OutputBelowAFile) {
  write(small_volume(4));
  std::ofstream(dir_ / "file") << "in the way";
  std::vector<std::string> all = words();
  all[6] = dir_ / "file" / "result";
  expect_refused(run(all), 5, "file");
}

TEST_F(JcsDiagnose, OutputThatFillsUp) {
  write(small_volume(30));
  // No file may grow beyond 4 KiB; the ignored signal lets the write fail as on a full disk.
  expect_refused(run(words(), "trap '' XFSZ; ulimit -f 8"), 5, "result");
}

TEST_F(JcsDiagnose, OutputInTheStudyItself) {
  write(small_volume(4));
  std::vector<std::string> all = words();
  all[6] = study_;
  expect_refused(run(all), 5, study_.string());
  EXPECT_EQ(std::distance(fs::directory_iterator(study_), fs::directory_iterator()), 4);
}

TEST_F(JcsDiagnose, CudaWhereThereIsNone) {
  write(small_volume(4));
  std::vector<std::string> all = words();
  all.back() = "cuda:99";
  expect_refused(run(all), 2, "cuda:99");
}

TEST_F(JcsDiagnose, StoppedByCtrlCLeavesNothing) {
  write(small_volume(400));
  jcs::weights::ModelCard card;
  card.task = jcs::weights::Task::kSegmentation;
  jcs::models::Segmenter slow = jcs::test::constant_segmenter(true);
  card.segmenter = slow->options();
  card.preprocessing.resize = 1024;  // minutes of work
  card.preprocessing.crop = 0;
  jcs::weights::save_model(seg_, *slow, card);
  std::vector<std::string> all = {"timeout", "--preserve-status", "--signal=INT", "4",
                                  jcs::test::program("jcs_diagnose")};
  for (const std::string& word : words()) {
    all.push_back(word);
  }
  const Finished finished = jcs::test::run_program(all);
  EXPECT_EQ(finished.code, 130) << finished.err;
  EXPECT_LE(finished.error_lines(), 1) << finished.err;
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_TRUE(fs::is_empty(out_.parent_path())) << "something was left";
}

TEST_F(JcsDiagnose, WrongOptions) {
  write(small_volume(4));
  expect_refused(run_with({"--threshold", "lots"}), 2, "'lots'");
  expect_refused(run_with({"--threshold", "100%"}), 2, "'100%'");
  expect_refused(run_with({"--segment", "often"}), 2, "often");
  expect_refused(run_with({"--activation-map", "mine"}), 2, "mine");
  expect_refused(run_with({"--batch-cls", "-1"}), 2, "--batch-cls");
  expect_refused(run_with({"--threads", "two"}), 2, "--threads");
  expect_refused(run_with({"--key-slices", "99"}), 2, "--key-slices");
  expect_refused(run_with({"--colour"}), 2, "--colour");
  expect_refused(run({study_, "-o", out_}), 2, "--weights-cls");
  expect_refused(run({study_, "-o", out_, "--weights-cls", cls_}), 2, "--weights-seg");
  expect_refused(run({"--weights-cls", cls_}), 2, "FOLDER");
  std::vector<std::string> all = words();
  all.back() = "gpu";
  expect_refused(run(all), 2, "'gpu'");
}

TEST_F(JcsDiagnose, HelpShowsExamplesAndExitCodes) {
  const Finished finished = run({"--help"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("Examples:"), HasSubstr("--weights-seg"),
                                  HasSubstr("Exit codes:"), HasSubstr("research")));
}

}  // namespace
