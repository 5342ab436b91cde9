// Recorded figures, measured again.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/eval_fixture.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::eval;
using jcs::test::EvalPrograms;
using jcs::test::expect_refusal;
using jcs::test::Finished;
using jcs::test::json_of;
using nlohmann::json;
using testing::HasSubstr;

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

}  // namespace
