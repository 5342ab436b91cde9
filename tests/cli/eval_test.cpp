// The evaluation programs as a user runs them.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/imaging/dicom_writer.hpp"

#include "cli/eval_fixture.hpp"
#include "support/shared.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::eval;
using jcs::test::EvalPrograms;
using jcs::test::expect_refusal;
using jcs::test::Finished;
using jcs::test::json_of;
using jcs::test::TempDir;
using nlohmann::json;
using testing::HasSubstr;

TEST_F(EvalPrograms, ASegmentersRunIsMeasuredSavedScoredAgainAndVerified) {
  const std::string out = dir_ / "deep/seg.json", csv = dir_ / "seg.csv", maps = dir_ / "maps";
  const Finished run = eval("eval_seg", {"--run", run_of("seg"), "--json", out, "--csv", csv,
                                         "--save-predictions", maps});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("6 pictures, 3 patients"));
  EXPECT_EQ(run.err, "");
  const json measured = json_of(out);
  EXPECT_EQ(measured.at("pictures").size(), 6u);
  EXPECT_EQ(measured.at("evaluation").at("inputs").at("overlap_with_training"), "none");
  EXPECT_EQ(
      measured.at("evaluation").at("inputs").at("weights").at("sha256").get<std::string>(),
      json_of(shared_->dir / "seg/run.json").at("weights").at("best.safetensors").at("sha256"));
  // The saved maps are scored like anybody's, up to their 8 bits.
  for (int i = 0; i < 6; ++i) {
    const std::string name = std::to_string(i) + ".png";
    fs::create_directories(dir_ / "annotations");
    fs::copy_file(shared_->validation.path() / ("mask_" + name),
                  dir_ / "annotations" / (std::to_string(i) + "_annotation.png"));
  }
  const Finished again = eval("eval_seg", {"--predictions", maps, "--annotations",
                                           dir_ / "annotations", "--json", dir_ / "again.json"});
  ASSERT_EQ(again.code, 0) << again.err;
  const json scored = json_of(dir_ / "again.json");
  for (int i = 0; i < 6; ++i) {
    EXPECT_NEAR(measured.at("pictures").at(i).at("mae").get<double>(),
                scored.at("pictures").at(i).at("mae").get<double>(), 0.5 / 255);
  }
  for (const std::string& file : {out, (dir_ / "again.json").string()}) {
    const Finished verified = eval("eval_seg", {"--verify", file});
    EXPECT_EQ(verified.code, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("verified: "));
  }
  // Once more into the same folder, and not into one that holds other things.
  EXPECT_EQ(eval("eval_seg", {"--run", run_of("seg"), "--save-predictions", maps, "-q"}).code, 0);
  expect_refusal("eval_seg", 5, {"--run", run_of("seg"), "--save-predictions", run_of("seg")},
                 run_of("seg"));
  const Finished same = eval("eval_seg", {"--compare", out, out});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("second - first"));
}

TEST_F(EvalPrograms, ASegmentersRunIsMeasuredOnCleanSlicesWhereItValidatedOnThem) {
  const fs::path run = dir_ / "run", yaml = run / "config.yaml", list = dir_ / "list.csv";
  fs::copy(run_of("seg"), run, fs::copy_options::recursive);
  const auto picture = [&](const char* name) {
    return (shared_->validation.path() / name).string();
  };
  std::ofstream(list) << "image,mask,label,patient\n"
                      << picture("1.png") << "," << picture("mask_1.png") << ",1,q0\n"
                      << picture("2.png") << ",,0,q1\n";
  const fs::path out = dir_ / "out.json";
  const auto measured = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--run", run, "--manifest", list, "--json", out, "-q"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = eval("eval_seg", words);
    EXPECT_EQ(finished.code, 0) << finished.err;
    const json document = json_of(out);
    EXPECT_EQ(document.at("evaluation").at("settings").at("clean_slices"),
              document.at("pictures").size() == 2);
    return document.at("pictures").size();
  };
  EXPECT_EQ(measured({}), 1u);
  EXPECT_EQ(measured({"--clean-slices"}), 2u);
  std::string config = content_of(yaml);
  const std::string before = "clean_slices: false";
  ASSERT_NE(config.find(before), std::string::npos);
  config.replace(config.find(before), before.size(), "clean_slices: true");
  std::ofstream(yaml) << config;
  EXPECT_EQ(measured({}), 2u);
  EXPECT_EQ(eval("eval_seg", {"--verify", out}).code, 0);
  EXPECT_EQ(measured({"--clean-slices=false"}), 1u);
}

TEST_F(EvalPrograms, AClassifiersRunIsMeasuredAndItsPredictionsReadBack) {
  const std::string out = dir_ / "cls.json", csv = dir_ / "cls.csv";
  const Finished run = eval("eval_cls", {"--run", run_of("cls"), "--json", out, "--csv", csv,
                                         "--save-maps", dir_ / "maps"});
  ASSERT_EQ(run.code, 0) << run.err;
  const json measured = json_of(out);
  EXPECT_EQ(measured.at("slices").at("count"), 6);
  EXPECT_EQ(measured.at("slices").at("map_inside").at("list").size(), 3u);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "maps"), {}), 4) << "with their hashes";
  const Finished again = eval("eval_cls", {"--predictions", csv, "--json", dir_ / "again.json"});
  ASSERT_EQ(again.code, 0) << again.err;
  const json scored = json_of(dir_ / "again.json");
  EXPECT_EQ(measured.at("slices").at("roc_area"), scored.at("slices").at("roc_area"));
  EXPECT_EQ(measured.at("sweep"), scored.at("sweep"));
  EXPECT_EQ(eval("eval_cls", {"--verify", out}).code, 0);
  EXPECT_EQ(eval("eval_cls", {"--compare", csv, csv}).code, 0);
}

// As a diagnosis decides.
TEST_F(EvalPrograms, ThresholdsAreThoseOfTheWeightsUnlessToldOtherwise) {
  // A copy of the weights with other thresholds.
  const auto copied = [&](const char* which,
                          const std::vector<std::pair<std::string, std::string>>& changes) {
    std::string bytes = content_of(run_of(which) + "/best.safetensors");
    for (const auto& [from, to] : changes) {
      const std::size_t at = bytes.find(from);
      if (at == std::string::npos) throw std::runtime_error("no " + from);
      bytes.replace(at, from.size(), to);
    }
    std::ofstream(dir_ / which) << bytes;
    return (dir_ / which).string();
  };
  const fs::path out = dir_ / "out.json";
  const auto settings = [&](const char* program, std::vector<std::string> words) {
    words.insert(words.end(), {"--manifest", shared_->validation.manifest(), "--trained-on",
                               shared_->train.manifest(), "--json", out, "-q"});
    const Finished run = eval(program, words);
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(eval(program, {"--verify", out}).code, 0);
    return json_of(out).at("evaluation").at("settings");
  };
  const std::string cls =
      copied("cls", {{R"(\"positive_slices\":25)", R"(\"positive_slices\":10)"},
                     {R"(\"slice_probability\":0.5)", R"(\"slice_probability\":0.3)"}});
  EXPECT_EQ(settings("eval_cls", {"--weights", cls}).at("positive_slices"), 10);
  EXPECT_EQ(settings("eval_cls", {"--weights", cls}).at("slice_probability"), 0.3);
  const json told = settings(
      "eval_cls", {"--weights", cls, "--positive-slices", "25", "--slice-probability", "0.5"});
  EXPECT_EQ(told.at("positive_slices"), 25);
  EXPECT_EQ(told.at("slice_probability"), 0.5);
  const std::string seg =
      copied("seg", {{R"(\"pixel_probability\":0.5)", R"(\"pixel_probability\":0.4)"}});
  EXPECT_EQ(settings("eval_seg", {"--weights", seg}).at("threshold"), "0.4");
  EXPECT_EQ(settings("eval_seg", {"--weights", seg, "--threshold", "0.5"}).at("threshold"), "0.5");
}

TEST_F(EvalPrograms, ThresholdsAreChosenOnOtherPatients) {
  const auto write = [&](const char* name, const std::string& prefix) {
    std::ofstream out(dir_ / name);
    out << "patient,slice,label,probability\n";
    for (int p = 0; p < 4; ++p) {
      for (int s = 0; s < 10; ++s) {
        out << prefix << p << "," << s << "," << p % 2 << "," << (s < (p % 2 ? 8 : 2) ? 0.9 : 0.1)
            << "\n";
      }
    }
    return (dir_ / name).string();
  };
  const std::string test = write("test.csv", "t"), validation = write("val.csv", "v");
  const Finished run = eval(
      "eval_cls", {"--predictions", test, "--choose-on", validation, "--json", dir_ / "out.json"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(json_of(dir_ / "out.json").at("chosen_threshold"), 4);
  EXPECT_EQ(json_of(dir_ / "out.json").at("patients").at("sensitivity").at("value"), 1.0);
  expect_refusal("eval_cls", 3, {"--predictions", test, "--choose-on", test}, "who is measured on");
}

// What a study that names no patient is called depends on the rest of its list.
TEST_F(EvalPrograms, OfStudiesWithoutPatientsTheThresholdIsChosenOnOtherFolders) {
  for (const char* study : {"a/s1", "a/s2", "b/s1", "b/s2"}) {
    fs::create_directories((dir_ / study).parent_path());
    jcs::imaging::write_ct_series(dir_ / study, jcs::test::small_volume(3));
  }
  const auto list = [&](const char* name, const std::string& rows) {
    std::ofstream(dir_ / name) << "image,label,patient\n" << rows;
    return (dir_ / name).string();
  };
  const std::string first = list("first.csv", "a/s1,0,\na/s2,1,\n"),
                    second = list("second.csv", "b/s1,0,\nb/s2,1,\n");
  const Finished run = eval("eval_cls", {"--run", run_of("cls"), "--manifest", first, "--choose-on",
                                         second, "--json", dir_ / "out.json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(eval("eval_cls", {"--verify", dir_ / "out.json"}).code, 0);
  // Called a_s1 and b_s1 there, and s1 here.
  expect_refusal("eval_cls", 3,
                 {"--run", run_of("cls"), "--manifest", first, "--choose-on",
                  list("both.csv", "a/s1,0,\nb/s1,1,\n")},
                 "study " + (dir_ / "a/s1").string() + ", which is measured on");
  expect_refusal("eval_cls", 3,
                 {"--run", run_of("cls"), "--manifest", list("named.csv", "a/s1,0,n\na/s2,1,m\n"),
                  "--choose-on", list("others.csv", "b/s1,0,k\nb/s2,1,n\n")},
                 "patient 'n', who is measured on");
  // Predictions say who, and not where.
  std::ofstream(dir_ / "predictions.csv")
      << "patient,slice,label,probability\np1,1,0,0.1\np2,1,1,0.9\n";
  const Finished told = eval("eval_cls", {"--run", run_of("cls"), "--manifest", first,
                                          "--choose-on", dir_ / "predictions.csv"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.err, HasSubstr("was not checked"));
}

// The names and figures that other programs rely on.
TEST(EvalSeg, ScoresThePairsOfAnIndependentTool) {
  const fs::path folder = jcs::test::reference_dir() / "metrics";
  JCS_NEEDS(folder);
  const TempDir dir;
  for (const char* threshold : {"0.5", "twice-mean"}) {
    const Finished run = eval("eval_seg", {"--predictions", folder, "--annotations", folder,
                                           "--json", dir / "out.json", "--threshold", threshold});
    ASSERT_EQ(run.code, 0) << run.err;
    const json expected = json_of(folder / "expected.json");
    for (const json& picture : json_of(dir / "out.json").at("pictures")) {
      const json& reference = expected.at(picture.at("name").get<std::string>());
      const json& counts =
          reference.at(threshold == std::string("0.5") ? "fixed_0.5" : "twice_mean");
      for (const char* name : {"e_adaptive", "e_mean", "e_max", "mae", "s_measure", "weighted_f"}) {
        EXPECT_NEAR(picture.at(name).get<double>(), reference.at(name).get<double>(), 1e-6) << name;
      }
      for (const char* name : {"dice", "iou"}) {
        ASSERT_EQ(picture.at(name).is_null(), counts.at(name).is_null());
        if (!counts.at(name).is_null()) {
          EXPECT_NEAR(picture.at(name).get<double>(), counts.at(name).get<double>(), 1e-6) << name;
        }
      }
    }
  }
}

}  // namespace
