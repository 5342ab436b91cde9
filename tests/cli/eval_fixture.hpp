#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/small_study.hpp"
#include "data/picture_set.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace jcs::test {

namespace fs = std::filesystem;

inline Finished eval(const char* which, std::vector<std::string> words) {
  words.insert(words.begin(), program(which));
  return run_program(words);
}

inline nlohmann::json json_of(const fs::path& file) {
  return nlohmann::json::parse(content_of(file));
}

inline void expect_refusal(const char* which, int code, const std::vector<std::string>& words,
                           const std::string& said) {
  const Finished run = eval(which, words);
  EXPECT_EQ(run.code, code) << run.err;
  EXPECT_EQ(run.error_lines(), 1) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr(said));
  EXPECT_TRUE(run.err.starts_with(std::string(which) + ": ")) << run.err;
}

/// One trained run of each kind, shared by the tests: training takes most of their time.
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
  inline static Shared* shared_ = nullptr;
  [[nodiscard]] static std::string run_of(const std::string& which) { return shared_->dir / which; }
  TempDir dir_;
};

}  // namespace jcs::test
