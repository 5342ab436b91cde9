#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/small_study.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::test {

namespace fs = std::filesystem;

/// A study, weights that call everything positive and opaque, and an empty place for the output.
class DiagnoseFixture : public testing::Test {
 protected:
  void SetUp() override {
    save(cls_, constant_classifier(true));
    save(seg_, constant_segmenter(true));
    fs::create_directories(out_.parent_path());
    fs::create_directories(study_);
  }

  void write(const imaging::CtVolume& volume, const std::string& below = ".") {
    fs::create_directories(study_ / below);
    imaging::write_ct_files(study_ / below, volume);
  }

  [[nodiscard]] std::vector<std::string> words() const {
    return {study_, "--weights-cls", cls_, "--weights-seg", seg_, "--output",
            out_,   "--threads",     "1",  "--device",      "cpu"};
  }

  static Finished run(std::vector<std::string> words, const std::string& prelude = "") {
    words.insert(words.begin(), program("jcs_diagnose"));
    return run_program(words, prelude);
  }
  [[nodiscard]] Finished run_with(const std::vector<std::string>& more) const {
    std::vector<std::string> all = words();
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }

  [[nodiscard]] nlohmann::json result() const {
    return nlohmann::json::parse(content_of(out_ / "result.json"));
  }

  /// One line on stderr that holds `text`, nothing on stdout, nothing in the place of the output.
  void expect_refused(const Finished& finished, int code, const std::string& text) const {
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_EQ(finished.error_lines(), 1) << finished.err;
    EXPECT_THAT(finished.err,
                testing::AllOf(testing::HasSubstr("jcs_diagnose: "), testing::HasSubstr(text)));
    EXPECT_THAT(finished.out, testing::IsEmpty());
    EXPECT_TRUE(fs::is_empty(out_.parent_path())) << "something was left";
  }

  TempDir dir_;
  fs::path study_ = dir_ / "study";
  fs::path cls_ = dir_ / "cls.safetensors";
  fs::path seg_ = dir_ / "seg.safetensors";
  fs::path out_ = dir_.path() / "place" / "result";
};

}  // namespace jcs::test
