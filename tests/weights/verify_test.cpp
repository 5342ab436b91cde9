#include "jcs/weights/verify.hpp"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/hash.hpp"
#include "jcs/weights/safetensors.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::TempDir;
using jcs::weights::TensorMap;
using jcs::weights::verify;
using testing::HasSubstr;

TEST(Verify, ComparesTheHash) {
  const TempDir dir;
  TensorMap tensors;
  tensors.add("a", at::ones({3}));
  jcs::weights::write_safetensors(dir / "f", tensors);
  std::string hash = jcs::sha256_file(dir / "f");
  EXPECT_EQ(verify(dir / "f").sha256, hash);
  EXPECT_EQ(verify(dir / "f", hash).tensors, 1u);
  std::transform(hash.begin(), hash.end(), hash.begin(), ::toupper);
  EXPECT_EQ(verify(dir / "f", hash).tensors, 1u);
  hash[0] = hash[0] == '0' ? '1' : '0';
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { verify(dir / "f", hash); }),
              HasSubstr("another SHA-256"));
  error_line<jcs::UsageError>([&] { verify(dir / "f", hash.substr(1)); });
}

TEST(Verify, NamesTheTensorThatIsNotFinite) {
  const TempDir dir;
  for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      TensorMap tensors;
      tensors.add("good", at::full({5}, 30000.0, type));
      tensors.add("bad", at::full({5}, 1.0, type).index_fill_(0, at::tensor({2}, at::kLong), bad));
      jcs::weights::write_safetensors(dir / "f", tensors);
      EXPECT_THAT(error_line<jcs::WeightsError>([&] { verify(dir / "f"); }),
                  HasSubstr("f: bad: 1 numbers are not finite"));
    }
  }
}

TEST(Verify, LargeNumbersAreFinite) {
  const TempDir dir;
  TensorMap tensors;
  tensors.add("float", at::full({5}, 3e38));
  tensors.add("double", at::full({5}, 3e38, at::kDouble));
  tensors.add("whole", at::full({5}, std::int64_t{1} << 62, at::kLong));
  jcs::weights::write_safetensors(dir / "f", tensors);
  EXPECT_EQ(verify(dir / "f").tensors, 3u);
  // Networks compute in single precision.
  tensors.add("larger", at::full({5}, 1e300, at::kDouble));
  jcs::weights::write_safetensors(dir / "f", tensors);
  EXPECT_EQ(jcs::test::error_line<jcs::WeightsError>([&] { verify(dir / "f"); }),
            (dir / "f").string() + ": larger: 5 numbers are not finite");
}

TEST(Verify, ANetworkMustFitItsCard) {
  const TempDir dir;
  auto classifier = jcs::test::tiny_classifier();
  jcs::test::save(dir / "cls", classifier);
  const auto found = verify(dir / "cls");
  ASSERT_TRUE(found.card.has_value());
  EXPECT_EQ(found.card->classifier, classifier->options());
  auto file = jcs::weights::read_tensors(dir / "cls");
  file.tensors.add("extra", at::ones({1}));
  jcs::weights::write_safetensors(dir / "cls", file.tensors, file.metadata);
  EXPECT_THAT(error_line<jcs::WeightsError>([&] { verify(dir / "cls"); }),
              HasSubstr("1 unexpected (extra)"));
}

}  // namespace
