#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/weights/tensor_file.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"
#include "weights/files.hpp"

// What a pickle may make of few bytes: names, values, loops.
namespace {

using jcs::test::error_line;
using jcs::test::PickleWriter;
using jcs::test::raw;
using jcs::test::six;
using jcs::weights::read_tensors;
using testing::HasSubstr;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

class PickleLimits : public testing::Test {
 protected:
  jcs::weights::TensorFile read(const std::string& pickle, bool script = false) {
    std::vector<std::pair<std::string, std::string>> entries = {{"f/data.pkl", pickle},
                                                                {"f/data/0", raw(six())}};
    if (script) {
      entries.emplace_back("f/code/__torch__.py", "raise");
    }
    jcs::test::zip_file((dir_ / "f.pth").string(), entries);
    return read_tensors(dir_ / "f.pth");
  }
  std::string refusal(const std::string& pickle, bool script = false) {
    return error_line<jcs::WeightsError>([&] { read(pickle, script); });
  }
  // Of a file that is nothing but this pickle, as the old form begins.
  std::string legacy_refusal(const std::string& pickle) {
    jcs::test::save(dir_ / "f.pth", pickle);
    return error_line<jcs::WeightsError>([&] { read_tensors(dir_ / "f.pth"); });
  }

  jcs::test::TempDir dir_;
};

PickleWriter& long_text(PickleWriter& writer, const std::string& text) {
  return writer.op("X").op(jcs::test::little_endian(text.size(), 4)).op(text);
}

// Opcodes that keep what lies on the stack under a number, and that bring it back.
PickleWriter& keep(PickleWriter& writer, int number) {
  return writer.op("q").op(jcs::test::little_endian(static_cast<std::uint64_t>(number), 1));
}
PickleWriter& again(PickleWriter& writer, int number) {
  return writer.op("h").op(jcs::test::little_endian(static_cast<std::uint64_t>(number), 1));
}

PickleWriter& six_numbers(PickleWriter& writer) { return writer.tensor("0", 6, 0, {2, 3}, {3, 1}); }

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  out.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

TEST_F(PickleLimits, ALongNameIsRefusedBeforeItIsCopied) {
  PickleWriter writer;
  writer.op("}(");
  keep(long_text(writer, std::string(kMegabyte, 'a')), 0);
  keep(six_numbers(writer), 1);
  for (int i = 0; i < 200; ++i) {
    again(again(writer, 0), 1);
  }
  EXPECT_THAT(refusal(writer.op("u").done()),
              HasSubstr("f.pth: has a name that is too long (expected at most 4096 bytes, "
                        "got 1048576)"));
}

TEST_F(PickleLimits, NamesAsLongAsTheLimitAreRead) {
  const std::string name(4096, 'a');
  PickleWriter writer;
  EXPECT_TRUE(
      read(six_numbers(long_text(writer.op("}"), name)).op("s").done()).tensors.contains(name));
  PickleWriter longer;
  EXPECT_THAT(refusal(six_numbers(long_text(longer.op("}"), name + "a")).op("s").done()),
              HasSubstr("has a name that is too long"));
}

TEST_F(PickleLimits, LongNamesBesideTheTensorsAreNotCopiedIntoNotes) {
  PickleWriter writer;
  writer.op("}(").text("model").op("}").text("a");
  six_numbers(writer).op("s");
  long_text(writer, std::string(kMegabyte, 'b')).op("N");
  const auto file = read(writer.op("u").done());
  ASSERT_EQ(file.notes.size(), 2u);
  EXPECT_THAT(file.notes[1], testing::StartsWith("not read: bbb"));
  EXPECT_LT(file.notes[1].size(), 1000u);
}

TEST_F(PickleLimits, AModuleThatHoldsItselfDoesNotGrowItsPath) {
  for (const std::size_t size : {50'000, 100}) {
    PickleWriter writer;
    keep(writer.global("__torch__", "Net").op(")\x81"), 0).op("}");
    long_text(writer, std::string(size, 'a'));
    again(writer, 0).op("sb");
    EXPECT_THAT(refusal(writer.done(), true), HasSubstr("has a name that is too long"));
  }
}

TEST_F(PickleLimits, NamesOfScriptedModulesHaveALimitTogether) {
  // 40 names of one module below 600 paths to it, all of 4000 bytes: 96 MB.
  PickleWriter writer;
  keep(writer.global("__torch__", "Net"), 0).op(")\x81}");
  keep(six_numbers(writer), 1).op("0(");
  for (int i = 0; i < 40; ++i) {
    again(long_text(writer, std::string(3800, 'a') + std::to_string(i)), 1);
  }
  keep(writer.op("ub"), 2).op("0");
  again(writer, 0).op(")\x81}(");
  for (int i = 0; i < 600; ++i) {
    again(long_text(writer, std::string(100, 'b') + std::to_string(i)), 2);
  }
  EXPECT_THAT(refusal(writer.op("ub").done(), true),
              HasSubstr("its names are too many or too long"));
}

TEST_F(PickleLimits, KeysOfStoragesAreShort) {
  PickleWriter writer;
  keep(writer.op("(").text("storage").global("torch", "FloatStorage"), 0);
  long_text(writer, std::string(kMegabyte, '0'));
  keep(writer.text("cpu").integer(6).op("t"), 1).op("Q");
  for (int i = 0; i < 200; ++i) {
    again(writer, 1).op("Q");
  }
  EXPECT_THAT(refusal(writer.done()), HasSubstr("a storage's key of more than 4096 bytes"));
}

TEST_F(PickleLimits, CopiesOfKeysAreCounted) {
  PickleWriter writer;
  writer.op("(").text("storage").global("torch", "FloatStorage");
  long_text(writer, std::string(4000, '0'));
  keep(writer.text("cpu").integer(6).op("t"), 1);
  writer.op(times(40'000, "Q0h\x01"));  // 160 MB
  EXPECT_THAT(refusal(writer.done()), HasSubstr("more than 1000000 objects"));
}

TEST_F(PickleLimits, GlobalsAreShortAndCopiesOfTheirNamesCounted) {
  const auto pickle = [](std::size_t size, std::size_t count) {
    PickleWriter writer;
    keep(long_text(writer, "__torch__." + std::string(size, 'a')), 0);
    keep(writer.text("Net"), 1);
    return writer
        .op(times(count, std::string("h\0h\1\x93"
                                     "0",
                                     6)))
        .done();
  };
  EXPECT_THAT(refusal(pickle(kMegabyte, 200)), HasSubstr("a name of more than 4096 bytes"));
  EXPECT_THAT(refusal(pickle(4000, 40'000)), HasSubstr("more than 1000000 objects"));
  PickleWriter objects;
  keep(long_text(objects, "__torch__." + std::string(4000, 'a')).text("Net").op("\x93"), 0);
  EXPECT_THAT(refusal(objects
                          .op(times(40'000, std::string("h\0)\x81"
                                                        "0",
                                                        5)))
                          .done()),
              HasSubstr("more than 1000000 objects"));
}

TEST_F(PickleLimits, OnlyAFewPrefixesAreDropped) {
  PickleWriter writer;
  six_numbers(long_text(writer.op("}"), times(500, "module.") + "a"));
  const auto file = read(writer.op("s").done());
  EXPECT_EQ(file.notes.size(), 4u);
  EXPECT_EQ(file.tensors.begin()->first, times(496, "module.") + "a");
  PickleWriter endless;
  six_numbers(long_text(endless.op("}"), times(100'000, "module.") + "a"));
  EXPECT_THAT(refusal(endless.op("s").done()), HasSubstr("has a name that is too long"));
}

TEST_F(PickleLimits, ValuesOnTheStackAreCounted) {
  for (const char* value : {"N", "(", "N\x94",
                            "]N\x94"
                            "a0"}) {
    EXPECT_THAT(refusal(PickleWriter().op(times(4'100'000, value)).done()),
                testing::ContainsRegex("more than [14]000000 (values|objects)"))
        << value;
  }
  PickleWriter list;
  list.op("]").op(times(5, "(" + std::string(900'000, 'N') + "e"));
  EXPECT_THAT(refusal(list.done()), HasSubstr("more than 4000000 values"));
}

TEST_F(PickleLimits, PicklesOfTheOldFormHaveTheSameLimit) {
  EXPECT_THAT(legacy_refusal(PickleWriter().op(std::string(65 * kMegabyte, 'N')).done()),
              HasSubstr("more than 4000000 values"));
  PickleWriter large;
  for (int i = 0; i < 65; ++i) {
    long_text(large, std::string(kMegabyte, 'a')).op("0");
  }
  EXPECT_THAT(legacy_refusal(large.op("N").done()), HasSubstr("more than 67108864 bytes"));
  PickleWriter text;  // in a file of such a size its length would be believed
  text.op("X").op(jcs::test::little_endian(65 * kMegabyte, 4)).op(std::string(66 * kMegabyte, 'a'));
  EXPECT_THAT(legacy_refusal(text.done()), HasSubstr("more than 67108864 bytes"));
}

}  // namespace
