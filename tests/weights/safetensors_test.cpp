#include "jcs/weights/safetensors.hpp"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"
#include "weights/the_two.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::raw;
using jcs::test::safetensors_file;
using jcs::test::TempDir;
using jcs::weights::read_tensors;
using jcs::weights::TensorMap;
using testing::HasSubstr;

std::vector<std::string> names(const TensorMap& tensors) {
  std::vector<std::string> out;
  for (const auto& [name, tensor] : tensors) {
    out.push_back(name);
  }
  return out;
}

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const TempDir dir;
  jcs::test::save(dir / "f", jcs::test::small_safetensors());
  const auto file = read_tensors(dir / "f");
  EXPECT_TRUE(jcs::test::holds_the_two(file));
  EXPECT_EQ(file.metadata.at("by"), "hand");
}

TEST(Safetensors, WritesWhatItReads) {
  const TempDir dir;
  TensorMap tensors;
  const at::Tensor base = at::arange(12, at::kFloat).view({3, 4});
  tensors.add("z.weight", base.t());  // strided: written as it looks
  tensors.add("half", at::tensor({0.5f, -2.0f}).to(at::kHalf));
  tensors.add("bfloat", at::tensor({0.5f, -2.0f, 3.0f}).to(at::kBFloat16));
  tensors.add("count", at::scalar_tensor(7, at::kLong));
  tensors.add("flag", at::tensor({1, 0, 1}).to(at::kBool));
  tensors.add("empty", at::empty({0, 3}, at::kFloat));
  tensors.add("a.weight", base);
  const std::map<std::string, std::string> metadata = {{"ключ \"1\"", "line\nline"}};
  jcs::weights::write_safetensors(dir / "f", tensors, metadata);
  const auto file = read_tensors(dir / "f");
  ASSERT_EQ(file.tensors.size(), tensors.size());
  EXPECT_EQ(file.metadata, metadata);
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor* got = file.tensors.find(name);
    ASSERT_NE(got, nullptr) << name;
    EXPECT_EQ(got->scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(got->equal(tensor)) << name;
  }
}

TEST(Safetensors, LayoutIsTheFormatsOwn) {
  const TempDir dir;
  TensorMap tensors;
  tensors.add("b", at::zeros({3}, at::kByte));
  tensors.add("z", at::zeros({1}, at::kFloat));
  tensors.add("a", at::zeros({1}, at::kFloat));
  tensors.add("n", at::zeros({1}, at::kLong));
  jcs::weights::write_safetensors(dir / "f", tensors);
  const std::string bytes = jcs::test::content(dir / "f");
  const auto length =
      static_cast<unsigned char>(bytes[0]) + 256u * static_cast<unsigned char>(bytes[1]);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(bytes.size(), 8 + length + 8 + 4 + 4 + 3);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.at("n").at("data_offsets"), nlohmann::json({0, 8}));
  EXPECT_EQ(header.at("z").at("data_offsets"), nlohmann::json({8, 12}));
  EXPECT_EQ(names(read_tensors(dir / "f").tensors), (std::vector<std::string>{"n", "z", "a", "b"}));
}

TEST(Safetensors, AFailedWriteLeavesTheOldFile) {
  const TempDir dir;
  TensorMap tensors;
  tensors.add("a", at::zeros({2}));
  jcs::weights::write_safetensors(dir / "f", tensors);
  const std::string before = jcs::test::content(dir / "f");
  TensorMap bad;
  bad.add("complex", at::zeros({2}, at::kComplexFloat));
  error_line<jcs::WeightsError>([&] { jcs::weights::write_safetensors(dir / "f", bad); });
  EXPECT_EQ(jcs::test::content(dir / "f"), before);
  error_line<jcs::OutputError>(
      [&] { jcs::weights::write_safetensors("/no/such/folder/f", tensors); });
}

TEST(Safetensors, AHeadersLengthMayLookLikeAPickle) {
  const TempDir dir;
  std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  for (const std::size_t length : {0x280U, 0x380U, 0x480U, 0x580U}) {
    header.resize(length, ' ');
    jcs::test::save(dir / "f", safetensors_file(header, raw({1.0f})));
    EXPECT_TRUE(read_tensors(dir / "f").tensors.contains("a")) << length;
  }
}

TEST(Safetensors, RefusesLyingHeaders) {
  const TempDir dir;
  struct Case {
    const char* header;
    const char* line;
  };
  const std::string four = raw({1.0f});
  for (const Case& bad : {
           Case{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "outside the file"},
           {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "does not fit its data"},
           {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
            "does not fit its data"},
           {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}})",
            "does not fit its data"},
           {R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})",
            "does not fit its data"},
           {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "outside the file"},
           {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "shape is missing"},
           {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", "shape is missing"},
           {R"({"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}})", "unknown type"},
           {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", "unknown type"},
           {R"({"a":{"dtype":"F32","shape":[1]}})", "data_offsets is missing"},
           {R"({"a":7})", "shape is missing"},
           {R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", "is cut off"},
           {R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},)"
            R"("b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})",
            "overlap"},
           {R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},)"
            R"("a":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}})",
            "two tensors have this name"},
           {R"({"__metadata__":{"a":1}})", "is no text"},
           {R"({"__metadata__":[]})", "is no object"},
           {R"({"a":)", "no JSON object"},
       }) {
    jcs::test::save(dir / "f", safetensors_file(bad.header, four));
    EXPECT_THAT(error_line<jcs::WeightsError>([&] { read_tensors(dir / "f"); }),
                HasSubstr(bad.line))
        << bad.header;
  }
  // Closed and not: the first is JSON, which nobody could print.
  const std::string deep(1'000'000, '[');
  for (const std::string& end : {std::string(1'000'000, ']') + "}}", std::string()}) {
    jcs::test::save(
        dir / "f",
        safetensors_file(R"({"a":{"shape":[],"data_offsets":[0,0],"dtype":)" + deep + end, four));
    EXPECT_THAT(error_line<jcs::WeightsError>([&] { read_tensors(dir / "f"); }),
                HasSubstr("nested too deep"));
  }
  jcs::test::save(dir / "f", jcs::test::little_endian(1ull << 60, 8) + "{}");
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { read_tensors(dir / "f"); }),
              HasSubstr("header's length is wrong"));
}

TEST(Safetensors, AHeaderNestedWithoutEndIsNotParsed) {
  const TempDir dir;
  const auto refusal = [&](const std::string& header) {
    jcs::test::save(dir / "f", safetensors_file(header, ""));
    return error_line<jcs::WeightsError>([&] { read_tensors(dir / "f"); });
  };
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  EXPECT_THAT(refusal(R"({"a":{"dtype":)" + deep + R"(,"shape":[0],"data_offsets":[0,0]}})"),
              HasSubstr("the header is nested too deep or names too many tensors"));
  std::string many = R"({"a":[)";
  for (int i = 0; i < 600'000; ++i) many += "[],";
  EXPECT_THAT(refusal(many + "[]]}"), HasSubstr("names too many tensors"));
}

}  // namespace
