// What the compiler and the linker were asked to protect is asked of the programs themselves: flags
// get lost on the way.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "programs.hpp"
#include "support/process.hpp"

namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Hardening : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!JCS_HARDENED) GTEST_SKIP() << "built without JCS_HARDEN, or with a sanitizer instead";
  }

  static std::string read_elf(const std::string& what) {
    const jcs::test::Finished run = jcs::test::run_program({"readelf", "-W", what, GetParam()});
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out;
  }
};

TEST_P(Hardening, TheProgramIsLoadedWhereNobodyCanForetell) {
  EXPECT_THAT(read_elf("-h"), ContainsRegex("Type: +DYN"));
  EXPECT_THAT(read_elf("-d"), ContainsRegex("FLAGS_1.*PIE"));
}

TEST_P(Hardening, RelocationsAreReadOnlyBeforeTheProgramBegins) {
  EXPECT_THAT(read_elf("-l"), HasSubstr("GNU_RELRO"));
  EXPECT_THAT(read_elf("-d"), ContainsRegex("FLAGS_1.*NOW"));
  EXPECT_THAT(read_elf("-d"), Not(HasSubstr("TEXTREL")));
}

TEST_P(Hardening, NothingIsWritableAndExecutable) {
  EXPECT_THAT(read_elf("-l"), ContainsRegex("GNU_STACK .* RW "));
  EXPECT_THAT(read_elf("-l"), Not(ContainsRegex("(LOAD|GNU_STACK) .* RWE")));
}

TEST_P(Hardening, StacksAndCopiesAreChecked) {
  const std::string symbols = read_elf("--dyn-syms");
  EXPECT_THAT(symbols, HasSubstr("__stack_chk_fail"));
  if (JCS_FORTIFIED) {
    EXPECT_THAT(symbols, ContainsRegex(" __[a-z]+_chk@"));
  }
}

TEST_P(Hardening, TheStandardLibraryChecksItsIndices) {
  EXPECT_THAT(read_elf("--dyn-syms"), HasSubstr("__glibcxx_assert_fail"));
}

INSTANTIATE_TEST_SUITE_P(Programs, Hardening, testing::ValuesIn(jcs::test::programs()),
                         jcs::test::name_of_program);

}  // namespace
