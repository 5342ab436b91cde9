// The evaluation programs as a user runs them.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/imaging/dicom_writer.hpp"

#include "cli/small_study.hpp"
#include "data/picture_set.hpp"
#include "support/process.hpp"
#include "support/shared.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::Finished;
using jcs::test::PictureSet;
using jcs::test::program;
using jcs::test::run_program;
using jcs::test::TempDir;
using nlohmann::json;
using testing::HasSubstr;

Finished eval(const char* which, std::vector<std::string> words) {
  words.insert(words.begin(), program(which));
  return run_program(words);
}

json json_of(const fs::path& file) { return json::parse(content_of(file)); }

void expect_refusal(const char* which, int code, const std::vector<std::string>& words,
                    const std::string& said) {
  const Finished run = eval(which, words);
  EXPECT_EQ(run.code, code) << run.err;
  EXPECT_EQ(run.error_lines(), 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr(said));
  EXPECT_TRUE(run.err.starts_with(std::string(which) + ": ")) << run.err;
}

// One trained run of each kind, shared by the tests: training takes most of their time.
class EvalPrograms : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new Shared;
    for (const std::string which : {"seg", "cls"}) {
      const fs::path yaml = shared_->dir / (which + ".yaml");
      std::ofstream(yaml) << "run: {epochs: 1, batch_size: 4, device: cpu, threads: 1}\n"
                          << "data: {train: " << shared_->train.manifest().string()
                          << ", validation: " << shared_->validation.manifest().string() << "}\n"
                          << "preprocessing: {resize: 32, crop: 0}\n"
                          << (which == "seg"
                                  ? "network: {encoder: {width: 8, norm: trained, "
                                    "pool_before_last: true}, attention_reduction: 4}\n"
                                  : "network: {backbone: {layers: [1, 1, 1, 1], planes: 8}}\n");
      const Finished run = run_program(
          {program("train_" + which), "--config", yaml.string(), "--out", shared_->dir / which});
      ASSERT_EQ(run.code, 0) << run.err;
    }
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }
  struct Shared {
    TempDir dir;
    PictureSet train{12}, validation{6, 40, 56, "q"};
  };
  static Shared* shared_;
  [[nodiscard]] static std::string run_of(const std::string& which) { return shared_->dir / which; }
  TempDir dir_;
};

EvalPrograms::Shared* EvalPrograms::shared_ = nullptr;

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

TEST_F(EvalPrograms, ATrainingRunIsVerifiedToo) {
  for (const std::string which : {"seg", "cls"}) {
    const std::string program = "eval_" + which;
    const Finished run = eval(program.c_str(), {"--verify", shared_->dir / (which + "/run.json")});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("validation figures agree"));
  }
}

// A record that was lost and written again meanwhile names no weights that a better epoch replaces.
TEST_F(EvalPrograms, ARunThatIsNotCompleteIsVerifiedAsSuch) {
  const fs::path run = dir_ / "run";
  fs::copy(run_of("seg"), run, fs::copy_options::recursive);
  json record = json_of(run / "run.json");
  record.at("complete") = false;
  record.at("weights").at("best.safetensors").at("sha256") = std::string(64, '0');
  std::ofstream(run / "run.json") << record;
  const Finished verified = eval("eval_seg", {"--verify", run / "run.json"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("not complete yet"));
  record.at("complete") = true;
  std::ofstream(run / "run.json") << record;
  expect_refusal("eval_seg", 3, {"--verify", run / "run.json"}, "not what the run recorded");
}

TEST_F(EvalPrograms, ARunOfTheOtherKindIsNamedWithItsProgram) {
  expect_refusal("eval_cls", 2, {"--run", run_of("seg")}, run_of("seg") + ": is a segmenter's run");
  expect_refusal("eval_cls", 2, {"--verify", run_of("seg") + "/run.json"}, "eval_seg measures");
  expect_refusal("eval_seg", 2, {"--run", run_of("cls")}, "eval_cls measures");
  fs::create_directories(dir_ / "run");
  std::ofstream(dir_ / "run/config.yaml") << "typo: 1\n";
  expect_refusal("eval_seg", 2, {"--run", dir_ / "run"}, "unknown key 'typo'");
}

TEST_F(EvalPrograms, WhatWasMeasuredOnAnotherMachineIsVerifiedHere) {
  for (const std::string which : {"seg", "cls"}) {
    const std::string program = "eval_" + which;
    const fs::path out = dir_ / (which + ".json");
    ASSERT_EQ(eval(program.c_str(), {"--run", run_of(which), "--json", out, "-q"}).code, 0);
    json document = json_of(out);
    document.at("evaluation").at("settings").at("device") = "cuda:63";
    std::ofstream(out) << document;
    expect_refusal(program.c_str(), 2, {"--verify", out}, "cuda:63");
    EXPECT_EQ(eval(program.c_str(), {"--verify", out, "--device", "cpu"}).code, 0);
    expect_refusal(program.c_str(), 2, {"--verify", out, "--precision", "bf16"}, "excludes");
  }
}

TEST_F(EvalPrograms, NobodysPicturesAreReplaced) {
  const fs::path maps = dir_ / "maps";
  const std::vector<std::string> words{"--run", run_of("seg"), "--save-predictions", maps, "-q"};
  fs::create_directories(maps);
  fs::copy_file(shared_->validation.path() / "mask_0.png", maps / "0.png");
  expect_refusal("eval_seg", 5, words, "not an earlier result");
  fs::remove(maps / "0.png");
  ASSERT_EQ(eval("eval_seg", words).code, 0);
  ASSERT_EQ(eval("eval_seg", words).code, 0);
  // The list of somebody who keeps sums of their own pictures.
  const std::string list = content_of(maps / "SHA256SUMS");
  std::ofstream(maps / "SHA256SUMS") << list.substr(list.find('\n') + 1);
  expect_refusal("eval_seg", 5, words, "not an earlier result");
  std::ofstream(maps / "SHA256SUMS") << list;
  // A map that was corrected by hand, and a picture beside them.
  const std::string map = content_of(maps / "0.png");
  fs::copy_file(shared_->validation.path() / "mask_0.png", maps / "0.png",
                fs::copy_options::overwrite_existing);
  expect_refusal("eval_seg", 5, words, "not an earlier result");
  std::ofstream(maps / "0.png") << map;
  fs::copy_file(shared_->validation.path() / "0.png", maps / "mine.png");
  expect_refusal("eval_seg", 5, words, "not an earlier result");
  EXPECT_TRUE(fs::exists(maps / "mine.png"));
  fs::remove(maps / "mine.png");
  ASSERT_EQ(eval("eval_seg", words).code, 0);
  // An earlier result that is measured against now.
  std::ofstream(dir_ / "list.csv")
      << "image,mask,label\n"
      << (shared_->validation.path() / "1.png").string() << ",maps/1.png,1\n";
  for (const std::string which : {"seg", "cls"}) {
    const std::string name = "eval_" + which;
    expect_refusal(name.c_str(), 5,
                   {"--run", run_of(which), "--manifest", dir_ / "list.csv",
                    which == "seg" ? "--save-predictions" : "--save-maps", maps.string() + "/"},
                   "holds what is to be measured");
  }
  EXPECT_TRUE(fs::exists(maps / "1.png"));
}

TEST_F(EvalPrograms, AFigureThatWasChangedIsNoticed) {
  const fs::path out = dir_ / "seg.json";
  ASSERT_EQ(eval("eval_seg", {"--run", run_of("seg"), "--json", out, "-q"}).code, 0);
  json document = json_of(out);
  document["summary"]["dice"]["mean"] = 0.99;
  std::ofstream(dir_ / "forged.json") << document;
  expect_refusal("eval_seg", 3, {"--verify", dir_ / "forged.json"}, "/summary/dice/mean");
  document = json_of(out);
  document["evaluation"]["inputs"]["data"]["sha256"] = std::string(64, '0');
  std::ofstream(dir_ / "moved.json") << document;
  expect_refusal("eval_seg", 3, {"--verify", dir_ / "moved.json"}, "no longer what they were");
  expect_refusal("eval_cls", 3, {"--verify", out}, "another program");
  expect_refusal("eval_seg", 3, {"--verify", dir_ / "gone.json"}, "cannot be read");
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

TEST_F(EvalPrograms, SlicesOfTheTrainingAreRefused) {
  const std::string train = shared_->train.manifest(),
                    weights = run_of("seg") + "/best.safetensors";
  expect_refusal("eval_seg", 3, {"--run", run_of("seg"), "--manifest", train},
                 "trained on this manifest");
  // The same slices in another list.
  std::ofstream(dir_ / "part.csv") << "image,mask,patient\n"
                                   << (shared_->train.path() / "3.png").string() << ","
                                   << (shared_->train.path() / "mask_3.png").string() << ",other\n";
  expect_refusal("eval_seg", 3, {"--run", run_of("seg"), "--manifest", dir_ / "part.csv"}, "3.png");
  const Finished knowingly = eval(
      "eval_seg", {"--run", run_of("seg"), "--manifest", dir_ / "part.csv", "--allow-overlap"});
  EXPECT_EQ(knowingly.code, 0);
  EXPECT_THAT(knowingly.err, HasSubstr("the figures are too good"));
  const Finished unknown =
      eval("eval_seg", {"--weights", weights, "--manifest", shared_->validation.manifest()});
  EXPECT_EQ(unknown.code, 0);
  EXPECT_THAT(unknown.err, HasSubstr("--trained-on"));
}

// After another split the file that the run names holds other patients than were learned from.
TEST_F(EvalPrograms, AListThatTheWeightsWereNotTrainedOnCertifiesNothing) {
  const PictureSet others(4, 32, 32, "s");
  const std::string out = dir_ / "out.json";
  for (const std::string which : {"seg", "cls"}) {
    const std::string name = "eval_" + which;
    std::vector<std::string> words{"--run",           run_of(which), "--trained-on",
                                   others.manifest(), "--json",      out};
    expect_refusal(
        name.c_str(), 3, words,
        others.manifest().string() + ": is not the list that the weights were trained on");
    words.emplace_back("--allow-overlap");
    const Finished knowingly = eval(name.c_str(), words);
    EXPECT_EQ(knowingly.code, 0) << knowingly.err;
    EXPECT_THAT(knowingly.err, HasSubstr("is not the list that the weights were trained on"));
    EXPECT_EQ(json_of(out).at("evaluation").at("inputs").at("overlap_with_training"),
              "not checked");
  }
  // The list of the run itself, written anew.
  const fs::path train = shared_->train.manifest(), kept = dir_ / "kept.csv";
  fs::copy_file(train, kept);
  std::ofstream(train, std::ios::app) << "0.png,mask_0.png,0,p0,test\n";
  expect_refusal("eval_seg", 3, {"--run", run_of("seg")}, "is not the list");
  fs::copy_file(kept, train, fs::copy_options::overwrite_existing);
  EXPECT_EQ(eval("eval_seg", {"--run", run_of("seg"), "-q"}).code, 0);
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
  for (const char* study : {"a/p1", "a/p2", "b/p1", "b/p2"}) {
    fs::create_directories((dir_ / study).parent_path());
    jcs::imaging::write_ct_series(dir_ / study, jcs::test::small_volume(3));
  }
  const auto list = [&](const char* name, const std::string& rows) {
    std::ofstream(dir_ / name) << "image,label,patient\n" << rows;
    return (dir_ / name).string();
  };
  const std::string first = list("first.csv", "a/p1,0,\na/p2,1,\n"),
                    second = list("second.csv", "b/p1,0,\nb/p2,1,\n");
  const Finished run = eval("eval_cls", {"--run", run_of("cls"), "--manifest", first, "--choose-on",
                                         second, "--json", dir_ / "out.json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(eval("eval_cls", {"--verify", dir_ / "out.json"}).code, 0);
  // Called a_p1 and b_p1 there, and p1 here.
  expect_refusal("eval_cls", 3,
                 {"--run", run_of("cls"), "--manifest", first, "--choose-on",
                  list("both.csv", "a/p1,0,\nb/p1,1,\n")},
                 "study " + (dir_ / "a/p1").string() + ", which is measured on");
  expect_refusal("eval_cls", 3,
                 {"--run", run_of("cls"), "--manifest", list("named.csv", "a/p1,0,n\na/p2,1,m\n"),
                  "--choose-on", list("others.csv", "b/p1,0,k\nb/p2,1,n\n")},
                 "patient 'n', who is measured on");
  // Predictions say who, and not where.
  std::ofstream(dir_ / "predictions.csv")
      << "patient,slice,label,probability\np1,1,0,0.1\np2,1,1,0.9\n";
  const Finished told = eval("eval_cls", {"--run", run_of("cls"), "--manifest", first,
                                          "--choose-on", dir_ / "predictions.csv"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.err, HasSubstr("was not checked"));
}

// Weights that are not there stand for hours of measuring.
TEST_F(EvalPrograms, WrongSettingsAreRefusedBeforeAnythingIsMeasured) {
  for (const char* program : {"eval_seg", "eval_cls"}) {
    std::vector<std::string> words{"--weights",    dir_ / "gone",
                                   "--manifest",   shared_->validation.manifest(),
                                   "--confidence", "95"};
    expect_refusal(program, 2, words, "confidence");
    words[4] = "--resamples";
    words[5] = "0";
    expect_refusal(program, 2, words, "resamples");
  }
  const auto refused = [&](int code, const char* option, const std::string& value,
                           const std::string& said) {
    expect_refusal(
        "eval_cls", code,
        {"--weights", dir_ / "gone", "--manifest", shared_->validation.manifest(), option, value},
        said);
  };
  refused(2, "--slice-probability", "50", "--slice-probability: no threshold");
  refused(2, "--bins", "20000", "bins");
  refused(3, "--choose-on", dir_ / "typo.csv", "typo.csv");
  std::ofstream(dir_ / "both.csv") << "image,label,patient\n"
                                   << dir_.path().string() << ",0,a\n"
                                   << shared_->validation.path().string() << ",1,a\n";
  refused(3, "--choose-on", dir_ / "both.csv", "both.csv:3");
}

TEST_F(EvalPrograms, RefuseInOneLine) {
  expect_refusal("eval_seg", 2, {}, "what is to be evaluated?");
  expect_refusal("eval_cls", 2, {}, "what is to be evaluated?");
  expect_refusal("eval_seg", 2, {"--predictions", dir_.path()}, "--annotations");
  const std::string maps = shared_->validation.path();
  for (const char* threshold : {"1.5", "-0.1", "half"}) {
    expect_refusal("eval_seg", 2,
                   {"--predictions", maps, "--annotations", maps, "--threshold", threshold},
                   "no threshold");
  }
  expect_refusal("eval_seg", 3, {"--predictions", dir_ / "gone", "--annotations", maps},
                 "cannot be read");
  expect_refusal("eval_seg", 4,
                 {"--weights", dir_ / "gone", "--manifest", shared_->validation.manifest()},
                 "gone");
  expect_refusal("eval_seg", 2, {"--weights", run_of("seg") + "/best.safetensors"}, "--manifest");
  expect_refusal("eval_cls", 3, {"--predictions", dir_ / "gone.csv"}, "cannot be read");
  // What would do nothing beside another option.
  for (const char* program : {"eval_seg", "eval_cls"}) {
    expect_refusal(program, 2, {"--verify", dir_ / "a.json", "--weights", dir_ / "w"}, "excludes");
    expect_refusal(program, 2, {"--verify", dir_ / "a.json", "--json", dir_ / "b.json"},
                   "excludes");
    expect_refusal(program, 2,
                   {"--compare", dir_ / "a.json", dir_ / "b.json", "--csv", dir_ / "c.csv"},
                   "excludes");
    expect_refusal(program, 2,
                   {"--predictions", dir_ / "p", "--json", dir_ / "x", "--csv", dir_ / "./x"},
                   "one file cannot be both");
  }
  const auto with_predictions = [&](const char* program, const char* option, const char* value) {
    expect_refusal(program, 2, {"--predictions", dir_ / "p", option, value}, "excludes");
  };
  with_predictions("eval_cls", "--manifest", "list.csv");
  with_predictions("eval_cls", "--save-maps", "maps");
  with_predictions("eval_seg", "--save-predictions", "maps");
  for (const char* program : {"eval_seg", "eval_cls"}) {
    with_predictions(program, "--precision", "bf16");
    with_predictions(program, "--device", "cpu");
    with_predictions(program, "--trained-on", "list.csv");
  }
  std::ofstream(dir_ / "file") << "x";
  expect_refusal("eval_cls", 5,
                 {"--predictions", dir_ / "gone.csv", "--json", dir_ / "file/out.json"},
                 "cannot be created");
}

TEST_F(EvalPrograms, LimitsOfWhatAFileMayAskForAreOptions) {
  const PictureSet large(1, 1000, 1100, "r");
  for (const std::string which : {"seg", "cls"}) {
    const std::string name = "eval_" + which;
    std::vector<std::string> words{
        "--weights",    run_of(which) + "/best.safetensors", "--manifest", large.manifest(),
        "--trained-on", shared_->train.manifest(),           "--quiet"};
    const Finished whole = eval(name.c_str(), words);
    EXPECT_EQ(whole.code, 0) << whole.err;
    words.insert(words.end(), {"--limit-slice-megapixels", "1"});
    expect_refusal(name.c_str(), 3, words, "too large");
    words.back() = "0";
    expect_refusal(name.c_str(), 2, words, "--limit-slice-megapixels: out of range");
  }
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
