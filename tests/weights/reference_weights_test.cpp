#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/weights/tensor_file.hpp"

#include "support/error_line.hpp"
#include "support/fill_rule.hpp"
#include "support/shared.hpp"

// One small state dict in every kind of file that users hold.
namespace {

using testing::HasSubstr;

std::filesystem::path folder() { return jcs::test::reference_dir() / "weights"; }

class GoodWeights : public testing::TestWithParam<const char*> {};

TEST_P(GoodWeights, EqualTheFillRule) {
  JCS_NEEDS(folder());
  std::ifstream in(folder() / "shapes.json");
  const auto shapes = nlohmann::json::parse(in);
  const auto file = jcs::weights::read_tensors(folder() / GetParam());
  for (const auto& [name, sizes] : shapes.items()) {
    const at::Tensor* got = file.tensors.find(name);
    ASSERT_NE(got, nullptr) << name;
    const at::Tensor expected =
        jcs::test::fill_rule(name, sizes.get<std::vector<std::int64_t>>()).to(got->scalar_type());
    EXPECT_TRUE(got->equal(expected)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, GoodWeights,
                         testing::Values("bfloat16.pth", "bfloat16.safetensors",
                                         "data_parallel.pth", "half.pth", "legacy.pth",
                                         "legacy_protocol4.pth", "module_state_dict.pth",
                                         "nested_model.pth", "nested_state_dict.pth",
                                         "parameters.pth", "plain.safetensors",
                                         "strided_and_shared.pth", "torchscript.pt", "zip.pth",
                                         "zip_plain_dict.pth"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(GoodWeights, KeepTheirType) {
  JCS_NEEDS(folder());
  const auto type = [](const char* file) {
    return jcs::weights::read_tensors(folder() / file).tensors.find("fc.weight")->scalar_type();
  };
  EXPECT_EQ(type("zip.pth"), at::kFloat);
  EXPECT_EQ(type("half.pth"), at::kHalf);
  EXPECT_EQ(type("bfloat16.pth"), at::kBFloat16);
  EXPECT_EQ(type("bfloat16.safetensors"), at::kBFloat16);
}

struct Bad {
  const char* file;
  const char* line;
};

class BadWeights : public testing::TestWithParam<Bad> {};

TEST_P(BadWeights, AreRefusedInOneLine) {
  JCS_NEEDS(folder());
  const std::string line = jcs::test::error_line<jcs::WeightsError>(
      [] { jcs::weights::read_tensors(folder() / GetParam().file); });
  EXPECT_THAT(line, HasSubstr(GetParam().file));
  EXPECT_THAT(line, HasSubstr(GetParam().line));
  EXPECT_FALSE(std::filesystem::exists("PWNED"));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadWeights,
    testing::Values(Bad{"bad_empty.pth", "is empty"},
                    Bad{"bad_header_length.safetensors", "header's length is wrong"},
                    Bad{"bad_html.pth", "HTML page"},
                    Bad{"bad_offsets.safetensors", "outside the file"},
                    Bad{"bad_overflow.safetensors", "does not fit its data"},
                    Bad{"bad_runs_code.pth", "posix.system"},
                    Bad{"bad_runs_code_legacy.pth", "posix.system"},
                    Bad{"bad_truncated.pth", "damaged zip archive"},
                    Bad{"bad_truncated_legacy.pth", "is cut off"},
                    Bad{"bad_whole_module.pth", "whole pickled network (class __main__.Net)"}),
    [](const auto& info) {
      std::string name = info.param.file;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

}  // namespace
