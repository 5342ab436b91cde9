#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/weights/tensor_file.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"
#include "weights/the_two.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::holds_the_two;
using jcs::test::PickleWriter;
using jcs::test::raw;
using jcs::test::six;
using jcs::weights::read_tensors;
using testing::ElementsAre;
using testing::HasSubstr;

class TorchFiles : public testing::Test {
 protected:
  jcs::weights::TensorFile legacy(const std::string& pickle) {
    jcs::test::save(dir_ / "f.pth", jcs::test::legacy_file(pickle, {{"0", raw(six())}}));
    return read_tensors(dir_ / "f.pth");
  }
  jcs::weights::TensorFile zip(const std::string& pickle, const std::string& storage = raw(six())) {
    jcs::test::zip_file((dir_ / "f.pth").string(), {{"f/data.pkl", pickle}, {"f/data/0", storage}});
    return read_tensors(dir_ / "f.pth");
  }
  template <class Action>
  std::string refusal(Action action) {
    return error_line<jcs::WeightsError>(action);
  }

  jcs::test::TempDir dir_;
};

PickleWriter& the_tensor(PickleWriter& writer) { return writer.tensor("0", 6, 0, {2, 3}, {3, 1}); }

TEST_F(TorchFiles, BothFormsAndAllProtocolsGiveTheSameTensors) {
  for (const int protocol : {2, 3, 4, 5}) {
    jcs::test::save(dir_ / "legacy.pth", jcs::test::small_legacy(protocol));
    jcs::test::small_zip(dir_ / "zip.pth", protocol);
    const auto legacy = read_tensors(dir_ / "legacy.pth");
    const auto zip = read_tensors(dir_ / "zip.pth");
    EXPECT_TRUE(holds_the_two(legacy)) << protocol;
    EXPECT_TRUE(holds_the_two(zip)) << protocol;
    EXPECT_EQ(legacy.format, "PyTorch legacy");
    EXPECT_EQ(zip.format, "PyTorch zip");
  }
}

TEST_F(TorchFiles, SharedStoragesStayShared) {
  jcs::test::small_zip(dir_ / "zip.pth");
  const auto file = read_tensors(dir_ / "zip.pth");
  EXPECT_EQ(file.tensors.find("a")->data_ptr(), file.tensors.find("b")->data_ptr());
  EXPECT_FALSE(file.tensors.find("b")->is_contiguous());
}

TEST_F(TorchFiles, FindsTheStateDictBelowItsUsualNames) {
  for (const char* wrapper : {"state_dict", "model", "model_state_dict", "net"}) {
    PickleWriter writer;
    writer.op("}(").text(wrapper).op("}").text("module.fc.weight");
    the_tensor(writer).op("s").text("epoch").integer(7).text("loss");
    const auto file = zip(the_tensor(writer).op("u").done());
    ASSERT_EQ(file.tensors.size(), 1u);
    EXPECT_EQ(file.tensors.begin()->first, "fc.weight");
    EXPECT_THAT(file.notes, ElementsAre(HasSubstr(wrapper), "not read: epoch, loss",
                                        "prefix 'module.' dropped"));
  }
}

TEST_F(TorchFiles, DropsAPrefixOnlyWhenEveryNameHasIt) {
  PickleWriter writer;
  writer.op("}(").text("module.a");
  the_tensor(writer).text("b");
  const auto file = zip(the_tensor(writer).op("u").done());
  EXPECT_TRUE(file.tensors.contains("module.a"));
}

TEST_F(TorchFiles, UnwrapsParameters) {
  PickleWriter writer;
  writer.op("}").text("a").global("torch._utils", "_rebuild_parameter");
  writer.op("(");
  the_tensor(writer).op("\x88").ordered_dict().op("tRs");
  const auto file = zip(writer.done());
  EXPECT_TRUE(file.tensors.find("a")->equal(at::tensor(six()).view({2, 3})));
}

TEST_F(TorchFiles, ReadsViewsOfLegacyStorages) {
  // A storage that is itself a part of another one: elements 2 to 5 of the six.
  PickleWriter writer;
  writer.op("}").text("a").global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage");
  writer.global("torch", "FloatStorage").text("0").text("cpu").integer(6);
  writer.op("(").text("view").integer(2).integer(4).op("ttQ");
  writer.integer(1).integers({3}).integers({1}).op("\x89").ordered_dict().op("tRs");
  const auto file = legacy(writer.done());
  EXPECT_TRUE(file.tensors.find("a")->equal(at::tensor({0.5f, 0.25f, 6.0f})));
}

TEST_F(TorchFiles, ReadsUntypedStorages) {
  PickleWriter writer;
  writer.op("}").text("a").global("torch._utils", "_rebuild_tensor_v3").op("((").text("storage");
  writer.global("torch.storage", "UntypedStorage").text("0").text("cpu").integer(24).op("tQ");
  writer.integer(2).integers({4}).integers({1}).op("\x89").ordered_dict();
  writer.global("torch", "float32").op("tRs");
  const auto file = zip(writer.done());
  EXPECT_TRUE(file.tensors.find("a")->equal(at::tensor({-3.0f, 0.5f, 0.25f, 6.0f})));
}

TEST_F(TorchFiles, ReadsTheModulesOfTorchScript) {
  PickleWriter writer;
  writer.global("__torch__", "Net").op(")\x81}(").text("training").op("\x88").text("fc");
  writer.global("__torch__.torch.nn.modules.linear", "Linear").op(")\x81}").text("weight");
  const std::string pickle = the_tensor(writer).op("sbub").done();
  jcs::test::zip_file(
      (dir_ / "f.pt").string(),
      {{"f/data.pkl", pickle}, {"f/code/__torch__.py", "raise"}, {"f/data/0", raw(six())}});
  const auto file = read_tensors(dir_ / "f.pt");
  EXPECT_EQ(file.format, "TorchScript");
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_EQ(file.tensors.begin()->first, "fc.weight");
}

TEST_F(TorchFiles, RefusesEveryOtherGlobalByName) {
  for (const auto& [module, name] :
       {std::pair{"posix", "system"}, {"builtins", "eval"}, {"torch.hub", "load"}}) {
    PickleWriter writer;
    writer.op("}").text("a").global(module, name).text("touch f").op("\x85Rs");
    const std::string zipped = refusal([&] { zip(writer.done()); });
    EXPECT_THAT(zipped, HasSubstr(std::string(module) + "." + name));
    EXPECT_THAT(refusal([&] { legacy(writer.done()); }), HasSubstr("nothing of it was run"));
  }
  EXPECT_FALSE(std::filesystem::exists("f"));
}

TEST_F(TorchFiles, NamesAWholePickledNetwork) {
  PickleWriter writer;
  writer.global("my.nets", "Segmenter").op(")\x81}(").text("_parameters").op("}");
  writer.text("_modules").op("}ub");
  EXPECT_THAT(refusal([&] { zip(writer.done()); }),
              HasSubstr("is a whole pickled network (class my.nets.Segmenter)"));
}

TEST_F(TorchFiles, RefusesOpcodesThatTensorsDoNotNeed) {
  // INST and OBJ make objects, EXT1 looks into a registry.
  for (const char* opcode : {"(iposix\nsystem\n", "(o", "\x82\x01"}) {
    EXPECT_THAT(refusal([&] { zip(PickleWriter().op(opcode).done()); }), HasSubstr("opcode 0x"));
  }
}

TEST_F(TorchFiles, RefusesViewsBeyondTheirStorage) {
  const std::int64_t huge = std::int64_t{1} << 62;
  struct Case {
    std::int64_t offset;
    std::vector<std::int64_t> sizes, strides;
  };
  for (const Case& bad : {Case{1, {2, 3}, {3, 1}}, Case{0, {2, 3}, {4, 1}}, Case{0, {7}, {1}},
                          Case{-1, {2}, {1}}, Case{0, {2}, {-1}}, Case{7, {0}, {1}},
                          Case{0, {huge, huge}, {1, 1}}, Case{0, {huge, 4, 0}, {1, 1, 1}},
                          Case{0, {2}, {huge}}, Case{0, {2, 3}, {1}}, Case{0, {-2, 3}, {3, 1}},
                          // One element that is expanded to a terabyte.
                          Case{0, {1 << 20, 1 << 20}, {0, 0}}}) {
    PickleWriter writer;
    writer.op("}").text("a").tensor("0", 6, bad.offset, bad.sizes, bad.strides).op("s");
    EXPECT_THAT(refusal([&] { zip(writer.done()); }), HasSubstr("a tensor"));
  }
}

TEST_F(TorchFiles, BelievesNoSizeBeyondTheFile) {
  const std::int64_t huge = std::int64_t{1} << 40;
  PickleWriter writer;
  writer.op("}").text("a").tensor("0", huge, 0, {huge}, {1}).op("s");
  EXPECT_THAT(refusal([&] { zip(writer.done()); }), HasSubstr("wrong size"));
  PickleWriter old;
  old.op("}").text("a").tensor("0", huge, 0, {huge}, {1}, true).op("s");
  EXPECT_THAT(refusal([&] { legacy(old.done()); }), HasSubstr("wrong size"));
  // The legacy form's own count of elements lies as well.
  std::string file = jcs::test::legacy_file(old.done(), {{"0", raw(six())}});
  file.replace(file.size() - 32, 8, jcs::test::little_endian(1ull << 40, 8));
  jcs::test::save(dir_ / "f.pth", file);
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "f.pth"); }), HasSubstr("is cut off"));
  // A text of 4 GB in a pickle of a few bytes.
  EXPECT_THAT(refusal([&] { zip(PickleWriter().op("X\xff\xff\xff\xff").done()); }),
              HasSubstr("ends too early"));
}

TEST_F(TorchFiles, SurvivesCyclesAndDeepNesting) {
  PickleWriter cycle;  // a dictionary that is its own `model`
  cycle.op("}q").op(std::string(1, '\0')).text("model").op("h").op(std::string(1, '\0')).op("s");
  EXPECT_THAT(refusal([&] { zip(cycle.done()); }), HasSubstr("holds no state dict"));
  std::string deep(500'000, ')');
  for (char& c : deep) {
    c = '\x85';
  }
  EXPECT_THAT(refusal([&] { zip(PickleWriter().op(")").op(deep).done()); }),
              HasSubstr("holds no state dict"));
  EXPECT_THAT(refusal([&] { zip(PickleWriter().op(std::string(2'000'000, ')')).done()); }),
              HasSubstr("more than 1000000 objects"));
}

TEST_F(TorchFiles, ManyNamesForTheSameBytesAreRefused) {
  const std::int64_t elements = 1 << 18;
  PickleWriter writer;
  writer.op("}(").text("t").tensor("0", elements, 0, {elements}, {1}).op("q\x63");
  for (int i = 0; i < 200; ++i) {
    writer.text(std::to_string(i)).op("h\x63");
  }
  const std::string storage(static_cast<std::size_t>(elements) * sizeof(float), '\0');
  EXPECT_THAT(refusal([&] { zip(writer.op("u").done(), storage); }), HasSubstr("share"));
}

TEST_F(TorchFiles, RefusesWhatItCannotRepresent) {
  jcs::test::zip_file((dir_ / "f.pth").string(),
                      {{"f/data.pkl", jcs::test::small_pickle(2, false)}, {"f/data/0", raw(six())}},
                      ZIP_CM_DEFLATE);
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "f.pth"); }), HasSubstr("compressed"));
  jcs::test::zip_file((dir_ / "f.pth").string(),
                      {{"f/data.pkl", jcs::test::small_pickle(2, false)}, {"f/byteorder", "big"}});
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "f.pth"); }), HasSubstr("big-endian"));
  jcs::test::zip_file((dir_ / "f.pth").string(), {{"a.txt", "hello"}});
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "f.pth"); }), HasSubstr("data.pkl"));
  EXPECT_THAT(refusal([&] { zip(jcs::test::small_pickle(2, false), "short"); }),
              HasSubstr("wrong size (expected 24 bytes, got 5)"));
  PickleWriter list;
  EXPECT_THAT(refusal([&] { zip(list.op("]").done()); }), HasSubstr("holds no state dict"));
  jcs::test::save(dir_ / "f.pth", PickleWriter(4).op("}").done());
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "f.pth"); }), HasSubstr("none of torch.save"));
}

TEST_F(TorchFiles, NamesOtherFilesForWhatTheyAre) {
  const auto line = [&](const std::string& content) {
    jcs::test::save(dir_ / "f.pth", content);
    return refusal([&] { read_tensors(dir_ / "f.pth"); });
  };
  EXPECT_THAT(line(""), HasSubstr("is empty"));
  EXPECT_THAT(line("\n<html><body>404"), HasSubstr("HTML page"));
  EXPECT_THAT(line("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS"));
  EXPECT_THAT(line("\x1f\x8b\x08"), HasSubstr("gzip"));
  EXPECT_THAT(line("hello"), HasSubstr("no file of weights"));
  EXPECT_THAT(line("PK\x03\x04 and no more"), HasSubstr("damaged zip archive"));
  EXPECT_THAT(refusal([&] { read_tensors(dir_.path()); }), HasSubstr("is a folder"));
  EXPECT_THAT(refusal([&] { read_tensors(dir_ / "none"); }), HasSubstr("No such file"));
}

}  // namespace
