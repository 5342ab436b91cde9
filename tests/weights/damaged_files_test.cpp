#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"
#include "jcs/weights/tensor_file.hpp"

#include "support/temp_dir.hpp"
#include "weights/the_two.hpp"

// Whatever happens to a file, reading it gives tensors or one line.
namespace {

struct Kind {
  const char* name;
  std::string (*make)(const std::filesystem::path& scratch);
};

class DamagedFiles : public testing::TestWithParam<Kind> {
 protected:
  // The file as it would be read; nothing where it was refused.
  std::optional<jcs::weights::TensorFile> read(const std::string& bytes) {
    // A new name every time: some file systems flush a file that is written over at once.
    const auto file = dir_ / std::to_string(++files_);
    jcs::test::save(file, bytes);
    const Remove remove{file};
    try {
      return jcs::weights::read_tensors(file);
    } catch (const jcs::WeightsError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return std::nullopt;
    }
  }

  struct Remove {
    std::filesystem::path file;
    ~Remove() { std::filesystem::remove(file); }
  };

  jcs::test::TempDir dir_;
  int files_ = 0;
};

TEST_P(DamagedFiles, EveryTruncationIsRefused) {
  const std::string whole = GetParam().make(dir_ / "scratch");
  ASSERT_TRUE(read(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto file = read(whole.substr(0, size));
    EXPECT_FALSE(file.has_value()) << size << " of " << whole.size() << " bytes";
  }
}

TEST_P(DamagedFiles, EveryByteMayBeWrong) {
  const std::string whole = GetParam().make(dir_ / "scratch");
  jcs::Random random(20200417);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole;
    // Mostly one byte, sometimes a few.
    for (std::int64_t changes = random.integer(1, 4) / 2 + 1; changes > 0; --changes) {
      const auto at =
          static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(whole.size()) - 1));
      bytes[at] = static_cast<char>(random.integer(0, 255));
    }
    const auto file = read(bytes);
    if (file) {
      for (const auto& [name, tensor] : file->tensors) {
        // Every byte that a tensor shows can be read.
        tensor.to(at::kDouble).sum().item<double>();
        EXPECT_LE(tensor.numel(), static_cast<std::int64_t>(whole.size()));
      }
    }
  }
}

TEST_P(DamagedFiles, BytesMayBeMissingOrTwice) {
  const std::string whole = GetParam().make(dir_ / "scratch");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes.erase(at, 1);
    read(bytes);
    bytes = whole;
    bytes.insert(at, 1, whole[at]);
    read(bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, DamagedFiles,
    testing::Values(
        Kind{"zip", [](const auto& scratch) { return jcs::test::small_zip(scratch); }},
        Kind{"zip4", [](const auto& scratch) { return jcs::test::small_zip(scratch, 4); }},
        Kind{"legacy", [](const auto&) { return jcs::test::small_legacy(); }},
        Kind{"legacy4", [](const auto&) { return jcs::test::small_legacy(4); }},
        Kind{"safetensors", [](const auto&) { return jcs::test::small_safetensors(); }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
