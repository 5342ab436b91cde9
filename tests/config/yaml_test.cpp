#include "jcs/config/yaml.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::TempDir;

enum class Mode { kFast, kExact };

struct Inner {
  int depth = 3;
  std::array<double, 3> mean = {1, 2, 3};
  template <class Visitor>
  void describe(Visitor& v) {
    v.field("depth", depth, "how deep", jcs::between(1, 10));
    v.field("mean", mean, "per channel");
  }
};

struct Options {
  double rate = 0.1;
  bool shuffle = true;
  std::string name = "x";
  std::int64_t seed = 1;
  std::vector<int> layers = {3, 4};
  Mode mode = Mode::kFast;
  Inner inner;
  template <class Visitor>
  void describe(Visitor& v) {
    v.field("rate", rate, "learning rate", jcs::positive());
    v.field("shuffle", shuffle, "in random order");
    v.field("name", name, "of the run");
    v.field("seed", seed, "of everything random", jcs::at_least(0));
    v.field("layers", layers, "blocks per stage", jcs::at_least(1));
    v.choice("mode", mode, "how", {{"fast", Mode::kFast}, {"exact", Mode::kExact}});
    v.section("inner", inner, "what is inside");
  }
};

class YamlTest : public testing::Test {
 protected:
  Options load(const std::string& text, const std::vector<std::string>& overrides = {}) {
    std::ofstream(dir_ / "c.yaml") << text;
    return jcs::config::load<Options>(dir_ / "c.yaml", overrides);
  }
  std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const std::string line = error_line<jcs::UsageError>([&] { load(text, overrides); });
    const std::string folder = dir_.path().string() + "/";
    return line.starts_with(folder) ? line.substr(folder.size()) : line;
  }
  TempDir dir_;
};

TEST_F(YamlTest, NumbersOfAListFitIntoAnInteger) {
  EXPECT_THAT(refusal("layers: [1, 3333333333]\n"), testing::HasSubstr("'layers'"));
  EXPECT_EQ(load("layers: [1, 2147483647]\n").layers.back(), 2147483647);
}

TEST_F(YamlTest, NothingIsAnEmptyText) {
  EXPECT_EQ(load("name: y\n", {"name="}).name, "");
  EXPECT_EQ(load("name:\n").name, "");
  EXPECT_EQ(refusal("", {"rate="}),
            "--set rate=: 'rate' has a wrong value (expected a number above 0, got nothing)");
}

TEST_F(YamlTest, AnEmptyFileGivesTheDefaults) {
  const Options options = load("");
  EXPECT_EQ(options.rate, 0.1);
  EXPECT_EQ(options.inner.depth, 3);
}

TEST_F(YamlTest, ReadsEveryKindOfField) {
  const Options options = load(
      "rate: 2.5e-5\nshuffle: false\nname: \"7\"\nseed: 123456789012\nlayers: [1, 2, 3]\nmode: "
      "exact\n"
      "inner:\n  depth: 9\n  mean: [0.5, 0.25, 0]\n");
  EXPECT_EQ(options.rate, 2.5e-5);
  EXPECT_FALSE(options.shuffle);
  EXPECT_EQ(options.name, "7");
  EXPECT_EQ(options.seed, 123456789012);
  EXPECT_EQ(options.layers, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(options.mode, Mode::kExact);
  EXPECT_EQ(options.inner.depth, 9);
  EXPECT_EQ(options.inner.mean[1], 0.25);
}

TEST_F(YamlTest, RefusesUnknownKeysWithTheLineAndAHint) {
  EXPECT_EQ(refusal("shuffle: true\nrat: 0.1\n"),
            "c.yaml:2: unknown key 'rat', did you mean 'rate'?");
  EXPECT_EQ(refusal("inner:\n  zzzzzz: 1\n"),
            "c.yaml:2: unknown key 'inner.zzzzzz' (expected one of depth, mean)");
}

TEST_F(YamlTest, RefusesWrongTypesAndRanges) {
  EXPECT_EQ(refusal("rate: fast"),
            "c.yaml:1: 'rate' has a wrong value (expected a number above 0, got 'fast')");
  EXPECT_EQ(refusal("rate: 0"),
            "c.yaml:1: 'rate' has a wrong value (expected a number above 0, got '0')");
  EXPECT_EQ(refusal("rate: nan"),
            "c.yaml:1: 'rate' has a wrong value (expected a number above 0, got 'nan')");
  EXPECT_EQ(refusal("inner:\n  depth: 3.5"),
            "c.yaml:2: 'inner.depth' has a wrong value (expected a whole number at least 1 and at "
            "most 10, got '3.5')");
  EXPECT_EQ(refusal("shuffle: yes"),
            "c.yaml:1: 'shuffle' has a wrong value (expected true or false, got 'yes')");
  EXPECT_EQ(refusal("mode: slow"),
            "c.yaml:1: 'mode' has a wrong value (expected one of fast, exact, got 'slow')");
  EXPECT_EQ(refusal("layers: 3"),
            "c.yaml:1: 'layers' has a wrong value (expected a list of numbers, got '3')");
  EXPECT_EQ(refusal("layers: [1, 0]"),
            "c.yaml:1: 'layers' has a wrong value (expected a whole number at least 1 and at most "
            "2147483647, got '0')");
  EXPECT_EQ(refusal("inner:\n  mean: [1, 2]"),
            "c.yaml:2: 'inner.mean' has a wrong length (expected 3 numbers, got 2)");
  EXPECT_EQ(refusal("inner: 5"),
            "c.yaml:1: 'inner' has a wrong value (expected a mapping, got '5')");
}

TEST_F(YamlTest, RefusesAKeyGivenTwice) {
  EXPECT_EQ(refusal("rate: 0.1\nrate: 0.2\n"), "c.yaml:2: 'rate' is given twice");
}

TEST_F(YamlTest, RefusesWhatIsNoMapping) {
  EXPECT_EQ(refusal("- 1\n- 2\n"),
            "c.yaml: no configuration (expected a mapping of keys to values, got a list)");
  EXPECT_NE(refusal("a: [1\n").find("no valid YAML"), std::string::npos);
  const std::string line =
      error_line<jcs::UsageError>([] { jcs::config::load<Options>("/no/such.yaml"); });
  EXPECT_EQ(line, "/no/such.yaml: cannot be read: No such file or directory");
}

TEST_F(YamlTest, OverridesAreStrongerThanTheFile) {
  const Options options = load("rate: 0.5\n", {"rate=0.25", "inner.depth=5", "layers=[7]"});
  EXPECT_EQ(options.rate, 0.25);
  EXPECT_EQ(options.inner.depth, 5);
  EXPECT_EQ(options.layers, std::vector<int>{7});
}

TEST_F(YamlTest, AMappingOverridesItsOwnKeysAlone) {
  const std::string file = "inner:\n  depth: 7\n  mean: [4, 5, 6]\n";
  EXPECT_EQ(load(file, {"inner={mean: [7, 8, 9]}"}).inner.depth, 7);
  EXPECT_EQ(load(file, {"inner={mean: [7, 8, 9]}"}).inner.mean[2], 9);
  EXPECT_EQ(load(file, {"inner={depth: 2}", "inner.depth=3", "inner={}"}).inner.depth, 3);
  EXPECT_EQ(load("rate: 1\n", {"inner={depth: 2}"}).inner.depth, 2);
  EXPECT_EQ(load(file, {"inner="}).inner.depth, 3);
  EXPECT_EQ(refusal(file, {"inner={deph: 5}"}),
            "--set inner={deph: 5}: unknown key 'inner.deph', did you mean 'inner.depth'?");
  EXPECT_EQ(refusal(file, {"inner={depth: 2, depth: 5}"}),
            "--set inner={depth: 2, depth: 5}: 'inner.depth' is given twice");
  EXPECT_EQ(refusal("inner:\n  depth: 99\n", {"inner={mean: [7, 8, 9]}"}),
            "c.yaml:2: 'inner.depth' has a wrong value (expected a whole number at least 1 and at "
            "most 10, got '99')");
}

// What two keys share by an anchor and an alias.
TEST_F(YamlTest, AnOverrideChangesNoOtherKey) {
  const std::string file = "inner: {mean: [1, &most 0.5, 3]}\nrate: *most\n";
  const Options options = load(file, {"rate=0.25"});
  EXPECT_EQ(options.rate, 0.25);
  EXPECT_EQ(options.inner.mean[1], 0.5);
  const Options named =
      load("name: &n a\nmode: fast\nseed: &s 7\ninner: {depth: *s}\n", {"inner.depth=2"});
  EXPECT_EQ(named.seed, 7);
  EXPECT_EQ(named.inner.depth, 2);
}

TEST_F(YamlTest, SeveralDocumentsAreRefused) {
  EXPECT_EQ(refusal("rate: 1\n---\nrate: 2\n"),
            "c.yaml:2: several documents (expected one, without a second ---)");
  EXPECT_EQ(load("---\nrate: 2\n").rate, 2);
  EXPECT_THAT(refusal("", {"rate=1\n---\n2"}), testing::HasSubstr("several documents"));
}

TEST_F(YamlTest, TheLowestWholeNumberIsRefusedLikeOthersOutOfRange) {
  for (const char* number : {"-9223372036854775808", "9223372036854775807"}) {
    EXPECT_THAT(refusal(std::string("seed: ") + number), testing::HasSubstr("'seed'"));
  }
}

TEST_F(YamlTest, OverridesAreRefusedByTheirOwnName) {
  EXPECT_EQ(refusal("", {"inner.deph=5"}),
            "--set inner.deph=5: unknown key 'inner.deph', did you mean 'inner.depth'?");
  EXPECT_EQ(refusal("", {"rate"}), "--set rate: no setting (expected KEY=VALUE)");
  EXPECT_EQ(refusal("", {"rate=x"}),
            "--set rate=x: 'rate' has a wrong value (expected a number above 0, got 'x')");
  EXPECT_EQ(refusal("rate: 1\n", {"rate.a=x"}), "--set rate.a=x: 'rate' is no mapping");
}

TEST_F(YamlTest, WhatIsWrittenReadsBackTheSame) {
  Options options;
  options.rate = 1.0 / 3.0;
  options.name = "a \"b\"\n#c";
  options.mode = Mode::kExact;
  options.inner.mean = {0.1, -2, 1e-9};
  const std::string text = jcs::config::to_yaml(options);
  EXPECT_NE(text.find("# learning rate\nrate: "), std::string::npos) << text;
  const Options back = load(text);
  EXPECT_EQ(back.rate, options.rate);
  EXPECT_EQ(back.name, options.name);
  EXPECT_EQ(back.mode, options.mode);
  EXPECT_EQ(back.inner.mean, options.inner.mean);
}

TEST_F(YamlTest, WhatIsNestedOrLargeWithoutEndIsRefused) {
  EXPECT_NE(refusal(std::string(500'000, '[')).find("no valid YAML"), std::string::npos);
  EXPECT_NE(refusal("name: " + std::string(2'000'000, 'x')).find("is too large"),
            std::string::npos);
  EXPECT_LT(refusal("rate: " + std::string(500'000, 'x')).size(), 2000U);
}

}  // namespace
