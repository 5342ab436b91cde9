#include <algorithm>
#include <filesystem>
#include <fstream>

#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/nifti_writer.hpp"

#include "cli/diagnose_fixture.hpp"
#include "support/paused_program.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::Finished;
using jcs::test::small_volume;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class JcsDiagnose : public jcs::test::DiagnoseFixture {};

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
  EXPECT_NEAR(json["opacity_volume_ml"].get<double>(), 30 * 48 * 64 * 8.0 * 6.0 * 2 / 1000, 1e-6);
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
  EXPECT_THAT(finished.out, IsEmpty());
  // Warnings alone are said, each in a line, and all of them.
  EXPECT_EQ(static_cast<std::size_t>(finished.error_lines()), result()["warnings"].size());
  EXPECT_THAT(finished.err, HasSubstr(result()["warnings"].front().get<std::string>()));
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

TEST_F(JcsDiagnose, WritesDicomObjectsUnlessToldNot) {
  write(small_volume(30));
  const auto bytes = [&](const std::string& name) { return jcs::test::content_of(out_ / name); };
  ASSERT_EQ(run_with({"--content-time", "20260102030405"}).code, 0);
  const std::string segmentation = bytes("segmentation.dcm"), report = bytes("report.dcm");
  ASSERT_EQ(run_with({"--content-time", "20260102030405", "--overwrite"}).code, 0);
  EXPECT_EQ(bytes("segmentation.dcm"), segmentation);
  EXPECT_EQ(bytes("report.dcm"), report);
  ASSERT_EQ(run_with({"--no-segmentation", "--no-structured-report", "--overwrite"}).code, 0);
  EXPECT_FALSE(fs::exists(out_ / "segmentation.dcm"));
  EXPECT_FALSE(fs::exists(out_ / "report.dcm"));
  EXPECT_EQ(run_with({"--content-time", "tomorrow", "--overwrite"}).code, 2);
  EXPECT_EQ(run_with({"--content-time", "20260231000000", "--overwrite"}).code, 2);
}

TEST_F(JcsDiagnose, AnArchiveThatCannotBeReachedCostsNoResult) {
  write(small_volume(30));
  const Finished finished = run_with({"--send", "127.0.0.1:1:PACS", "--json"});
  EXPECT_EQ(finished.code, 5);
  EXPECT_EQ(finished.error_lines(), 1) << finished.err;
  EXPECT_EQ(nlohmann::json::parse(finished.out).at("verdict"), "positive");
  EXPECT_THAT(finished.err, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(result()["verdict"], "positive");
  EXPECT_EQ(run_with({"--send", "nowhere", "--overwrite"}).code, 2);
  const Finished nothing =
      run_with({"--send", "127.0.0.1:1:PACS", "--no-segmentation", "--no-structured-report"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_EQ(nothing.error_lines(), 1) << nothing.err;
}

TEST_F(JcsDiagnose, ASeriesWithoutLungsGetsNoVerdict) {
  jcs::imaging::CtVolume volume = small_volume(30);
  for (std::int16_t& hu : volume.hu)
    hu = static_cast<std::int16_t>(hu < -500 && hu > -900 ? 30 : hu);
  write(volume);
  const Finished finished = run(words());
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("verdict: undetermined. No verdict is given: This seems"));
  const nlohmann::json json = result();
  EXPECT_EQ(json["verdict"], "undetermined");
  EXPECT_EQ(json["segmented"], false);
  EXPECT_EQ(json["concerns"][0]["decisive"], true);
}

TEST_F(JcsDiagnose, TakesAndGivesNifti) {
  const fs::path ct = study_.parent_path() / "case 7.nii.gz";
  jcs::imaging::write_nifti_volume(ct, small_volume(30));
  const Finished finished = run({ct, "--weights-cls", cls_, "--weights-seg", seg_, "--nifti",
                                 "--device", "cpu", "--threads", "1"},
                                "cd " + jcs::test::quoted(out_.parent_path()));
  ASSERT_EQ(finished.code, 0) << finished.err;
  const fs::path folder = out_.parent_path() / "case 7_jcs";
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files.push_back(entry.path().filename());
  }
  EXPECT_THAT(files, testing::UnorderedElementsAre("result.json", "report.html", "lungs.nii.gz",
                                                   "opacity.nii.gz"))
      << "DICOM needs a DICOM study";
  const auto json = nlohmann::json::parse(jcs::test::content_of(folder / "result.json"));
  EXPECT_EQ(json["verdict"], "positive");
  EXPECT_EQ(json["per_slice"][4]["file"], "case 7.nii.gz");
  EXPECT_EQ(json["per_slice"][4]["frame"], 4);
  jcs::imaging::NiftiVolume lungs(folder / "lungs.nii.gz");
  EXPECT_EQ(lungs.slices(), 30);
  EXPECT_GT(cv::countNonZero(lungs.mask(15, 1)), 100);
  EXPECT_GT(cv::countNonZero(lungs.mask(15, 2)), 100);
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

TEST_F(JcsDiagnose, HelpShowsExamplesAndExitCodes) {
  const Finished finished = run({"--help"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("Examples:"), HasSubstr("--weights-seg"),
                                  HasSubstr("Exit codes:"), HasSubstr("research")));
}

TEST_F(JcsDiagnose, TwoRunsOfOneOutputAreToldApart) {
  write(small_volume(4));
  std::vector<std::string> first = words();
  first.insert(first.begin(), jcs::test::program("jcs_diagnose"));
  jcs::test::PausedProgram other(first, out_.parent_path() / ".result.lock");
  ASSERT_TRUE(other.paused());
  const Finished second = run(words());
  EXPECT_EQ(second.code, 5) << second.err;
  EXPECT_EQ(second.error_lines(), 1) << second.err;
  EXPECT_THAT(second.err, HasSubstr("result: another run is writing it: process "));
  EXPECT_EQ(other.finish(), 0);
  EXPECT_TRUE(fs::exists(out_ / "result.json"));
  EXPECT_FALSE(fs::exists(out_.parent_path() / ".result.lock"));
}

}  // namespace
