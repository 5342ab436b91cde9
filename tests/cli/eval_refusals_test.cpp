// What the evaluation programs do not measure, and what they do not replace.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/imaging/dicom_writer.hpp"

#include "cli/eval_fixture.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::eval;
using jcs::test::EvalPrograms;
using jcs::test::expect_refusal;
using jcs::test::Finished;
using jcs::test::json_of;
using jcs::test::PictureSet;
using testing::HasSubstr;

TEST_F(EvalPrograms, ARunOfTheOtherKindIsNamedWithItsProgram) {
  expect_refusal("eval_cls", 2, {"--run", run_of("seg")}, run_of("seg") + ": is a segmenter's run");
  expect_refusal("eval_cls", 2, {"--verify", run_of("seg") + "/run.json"}, "eval_seg measures");
  expect_refusal("eval_seg", 2, {"--run", run_of("cls")}, "eval_cls measures");
  fs::create_directories(dir_ / "run");
  std::ofstream(dir_ / "run/config.yaml") << "typo: 1\n";
  expect_refusal("eval_seg", 2, {"--run", dir_ / "run"}, "unknown key 'typo'");
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

// A folder's name is all that is known of whom it shows.
TEST_F(EvalPrograms, StudiesNamedLikePatientsOfTheTrainingAreRefused) {
  for (const char* study : {"p1", "x"}) {
    jcs::imaging::write_ct_series(dir_ / study, jcs::test::small_volume(3));
  }
  const auto words = [&](const std::string& study) {
    std::ofstream(dir_ / "list.csv") << "image,label\n" << study << ",1\n";
    return std::vector<std::string>{"--run",           run_of("cls"), "--manifest",
                                    dir_ / "list.csv", "--json",      dir_ / "out.json"};
  };
  const auto found = [&] {
    return json_of(dir_ / "out.json").at("evaluation").at("inputs").at("overlap_with_training");
  };
  expect_refusal("eval_cls", 3, words("p1"), "named like a patient on the other side: p1");
  std::vector<std::string> knowingly = words("p1");
  knowingly.emplace_back("--allow-overlap");
  EXPECT_THAT(eval("eval_cls", knowingly).err, HasSubstr("the figures may be too good"));
  EXPECT_EQ(found(), "allowed");
  for (const bool allowed : {false, true}) {
    std::vector<std::string> other = words("x");
    if (allowed) other.emplace_back("--allow-overlap");
    const Finished run = eval("eval_cls", other);
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr("it was not checked whether their patients were trained on"));
    EXPECT_EQ(found(), "not checked");
  }
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
  expect_refusal(
      "eval_cls", 2,
      {"--predictions", dir_ / "p", "--choose-on", dir_ / "v", "--positive-slices", "18"},
      "excludes");
  with_predictions("eval_cls", "--save-maps", "maps");
  with_predictions("eval_seg", "--save-predictions", "maps");
  for (const char* program : {"eval_seg", "eval_cls"}) {
    with_predictions(program, "--precision", "bf16");
    with_predictions(program, "--device", "cpu");
    with_predictions(program, "--trained-on", "list.csv");
  }
  // Nor may a result take the place of what it is made of.
  const std::string list = shared_->validation.manifest(), run = run_of("seg");
  for (const std::string& read : {list, run + "/run.json", run + "/best.safetensors"}) {
    expect_refusal("eval_seg", 2, {"--run", run, "--manifest", list, "--json", read},
                   "is read and would be replaced");
  }
  // The lists of the run, which nobody typed.
  for (const std::string& read : {list, shared_->train.manifest().string()}) {
    expect_refusal("eval_seg", 2, {"--run", run, "--csv", read}, "is read and would be replaced");
    expect_refusal("eval_cls", 2, {"--run", run_of("cls"), "--json", read},
                   "is read and would be replaced");
  }
  std::ofstream(dir_ / "p.csv") << "patient,slice,label,probability\np,1,1,0.5\n";
  for (const char* option : {"--json", "--csv"}) {
    expect_refusal("eval_cls", 2, {"--predictions", dir_ / "p.csv", option, dir_ / "p.csv"},
                   "is read and would be replaced");
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

}  // namespace
