#include "jcs/core/hash.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

TEST(Hash, EqualsThePublishedExamples) {
  // FIPS 180-2, appendix B.
  const std::string abc = "abc";
  EXPECT_EQ(jcs::sha256(std::as_bytes(std::span(abc))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(jcs::sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, OfAFileIsThatOfItsBytes) {
  const jcs::test::TempDir dir;
  const std::string content(3'000'001, 'x');
  std::ofstream(dir / "f") << content;
  EXPECT_EQ(jcs::sha256_file(dir / "f"), jcs::sha256(std::as_bytes(std::span(content))));
}

TEST(Hash, NamesAFileThatIsMissing) {
  const std::string line =
      jcs::test::error_line<jcs::InputError>([] { jcs::sha256_file("/no/such/file"); });
  EXPECT_NE(line.find("/no/such/file"), std::string::npos);
}

}  // namespace
