#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/data/collections.hpp"
#include "jcs/imaging/dicom_writer.hpp"

#include "cli/small_study.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::Manifest;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

// A patient's slices whose file names say nothing about where they lie: `names[i]` is the slice at
// location 2 i.
void write_patient(const fs::path& folder, const std::vector<std::string>& names) {
  fs::create_directories(folder);
  const TempDir dir;
  jcs::imaging::write_ct_series(dir / "study",
                                jcs::test::small_volume(static_cast<int>(names.size()), 4, 4));
  for (std::size_t i = 0; i < names.size(); ++i) {
    fs::copy_file(dir / ("study/slice_000" + std::to_string(i + 1) + ".dcm"), folder / names[i]);
  }
}

std::string npy(const std::string& type, const std::string& shape, const std::string& values,
                const std::string& order = "False") {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
  header += std::string(118 - header.size() - 1, ' ') + "\n";
  return "\x93NUMPY" + std::string("\x01\x00\x76\x00", 4) + header + values;
}
void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

constexpr const char* kHeader = "Label Index,Diagnosis,Folder/ID,Relative Path\n";

// Three patients of three slices: two of the index, whose rows skip a number, and a healthy one.
class CovidCtMdLabels : public testing::Test {
 protected:
  void SetUp() override {
    write_patient(dir_ / "COVID-19 Cases/P001", {"c.dcm", "a.dcm", "b.dcm"});
    write_patient(dir_ / "Cap Cases/cap001", {"a.dcm", "b.dcm", "c.dcm"});
    write_patient(dir_ / "Normal Cases/normal001", {"a.dcm"});
    write(dir_ / "Index.csv", std::string(kHeader) +
                                  "44,CAP,cap001,./Cap Cases\n"
                                  "42,COVID-19,P001,./COVID-19\n");
    labels(npy("|u1", "2, 5", bytes({1, 0, 1, 0, 0, 0, 1, 0, 0, 0})));
  }
  void labels(const std::string& content) { write(dir_ / "Slice-level-labels.npy", content); }
  void index(const std::string& lines) { write(dir_ / "Index.csv", kHeader + lines); }

  // `cap001/a -`: patient, file, label.
  std::vector<std::string> listed() {
    std::vector<std::string> lines;
    for (const auto& entry : list().entries) {
      lines.push_back(entry.patient + "/" + entry.image.stem().string() + " " +
                      (entry.label ? std::to_string(*entry.label) : "-"));
    }
    return lines;
  }
  Manifest list() {
    return jcs::data::collection("covid-ct-md").list(dir_.path(), jcs::no_progress(), {});
  }
  std::string refusal() {
    return jcs::test::error_line<jcs::InputError>([&] { list(); });
  }
  std::string refused_labels(const std::string& content) {
    labels(content);
    return refusal();
  }
  std::string refused_index(const std::string& lines) {
    index(lines);
    return refusal();
  }

  TempDir dir_;
};

TEST_F(CovidCtMdLabels, FollowTheSlicesLocationAndTheRankOfTheIndex) {
  // P001 lies c, a, b from the feet up, and its row is the first: 1, 0, 1.
  EXPECT_THAT(listed(), ElementsAre("P001/a -", "P001/b 1", "P001/c 1", "cap001/a -", "cap001/b -",
                                    "cap001/c -", "normal001/a 0"));
}

TEST_F(CovidCtMdLabels, TheCorrectedTableIsPreferred) {
  write(dir_ / "Slice-level-labels-updated-1.npy",
        npy("|u1", "2, 5", bytes({0, 1, 0, 0, 0, 0, 1, 0, 0, 0})));
  EXPECT_THAT(listed(), testing::Contains("P001/a 1"));
  EXPECT_THAT(listed(), testing::Contains("P001/b -"));
}

TEST_F(CovidCtMdLabels, TheIndexIsTheRowWhereTheTableHasMoreRows) {
  index("0,CAP,cap001,x\n2,COVID-19,P001,x\n");
  labels(npy("|b1", "3, 3", bytes({0, 0, 0, 0, 0, 0, 0, 1, 0})));
  EXPECT_THAT(listed(), testing::Contains("P001/a 1"));
  EXPECT_THAT(
      refused_index("0,CAP,cap001,x\n3,COVID-19,P001,x\n"),
      HasSubstr("Slice-level-labels.npy: index and labels do not belong together (expected a row "
                "for each of 2 patients of "));
}

TEST_F(CovidCtMdLabels, EveryKindOfNumberIsRead) {
  const std::string one_float = bytes({0, 0, 0x80, 0x3f});
  const std::string one_double = bytes({0, 0, 0, 0, 0, 0, 0xf0, 0x3f});
  const auto whole = [](std::size_t width) { return "\x01" + std::string(width - 1, '\0'); };
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"|b1", whole(1)},  {"|i1", whole(1)},  {"<u2", whole(2)}, {"<i2", whole(2)},
      {"<u4", whole(4)},  {"<i4", whole(4)},  {"<u8", whole(8)}, {"<i8", whole(8)},
      {"<f4", one_float}, {"<f8", one_double}};
  for (const auto& [type, one] : kinds) {
    const std::string zero(one.size(), '\0');
    labels(npy(type, "2, 3", zero + one + zero + zero + zero + zero));
    EXPECT_THAT(listed(), testing::Contains("P001/a 1")) << type;
    EXPECT_THAT(listed(), testing::Contains("P001/c -")) << type;
    // The same table by columns.
    labels(npy(type, "2, 3", zero + zero + one + zero + zero + zero, "True"));
    EXPECT_THAT(listed(), testing::Contains("P001/a 1")) << type;
  }
}

TEST_F(CovidCtMdLabels, OtherArraysAreRefused) {
  const std::string zeros(6, '\0');
  EXPECT_THAT(refused_labels("no array at all"), HasSubstr("is no NumPy array"));
  EXPECT_THAT(refused_labels("\x93NUMPY"), HasSubstr("is no NumPy array"));
  std::string other = npy("|u1", "2, 3", zeros);
  other[6] = 9;
  EXPECT_THAT(refused_labels(other), HasSubstr("version that is not known (expected 1, 2 or 3"));
  other[6] = 2;  // whose header's length has four bytes
  EXPECT_THAT(refused_labels(other), HasSubstr("header is cut off or too long"));
  for (const char* type : {"|O", "<f2", ">i4", "|S1", "<c8", "u1"}) {
    EXPECT_THAT(refused_labels(npy(type, "2, 3", zeros)), HasSubstr("type that is not read"));
  }
  for (const char* shape : {"6,", "", "2, 3, 1", "-2, 3", "2, x", "99999999999999999999, 1"}) {
    EXPECT_THAT(refused_labels(npy("|u1", shape, zeros)),
                HasSubstr("is no NumPy array of two dimensions"))
        << shape;
  }
  EXPECT_THAT(refused_labels(npy("|u1", "2, 3", zeros, "None")), HasSubstr("two dimensions"));
  for (const char* shape :
       {"2, 4", "2, 2", "0, 6", "4611686018427387904, 4", "1000000, 18446744073709551615"}) {
    EXPECT_THAT(refused_labels(npy("|u1", shape, zeros)),
                HasSubstr("another size than its header says"))
        << shape;
  }
}

TEST_F(CovidCtMdLabels, LabelsThatCannotBeAreRefused) {
  EXPECT_THAT(refused_labels(npy("|u1", "2, 3", bytes({1, 0, 2, 0, 0, 0}))),
              HasSubstr("row 0, column 2: a label is neither 0 nor 1 (expected 0 or 1, got 2)"));
  EXPECT_THAT(refused_labels(npy("|u1", "2, 2", bytes({1, 0, 0, 0}))),
              HasSubstr("patient P001: more slices than labels (expected at most 2, got 3)"));
  EXPECT_THAT(refused_labels(npy("|u1", "2, 4", bytes({1, 0, 0, 1, 0, 0, 0, 0}))),
              HasSubstr("patient P001, column 3: a label has no slice"));
  fs::remove(dir_ / "Slice-level-labels.npy");
  EXPECT_THAT(refusal(), HasSubstr("the index of patients is there, but not their labels"));
}

TEST_F(CovidCtMdLabels, IndexAndFoldersMustAgree) {
  EXPECT_THAT(refused_index("1,COVID-19,P001,x\n2,COVID-19,P002,x\n"),
              HasSubstr("Index.csv:3: patient 'P002' has no folder"));
  EXPECT_THAT(refused_index("1,CAP,P001,x\n2,CAP,cap001,x\n"),
              HasSubstr("Index.csv:2: patient 'P001' has another diagnosis than the folder says"));
  EXPECT_THAT(refused_index("1,flu,P001,x\n"), HasSubstr("Index.csv:2: no diagnosis"));
  EXPECT_THAT(refused_index("first,CAP,P001,x\n"), HasSubstr("Index.csv:2: no label index"));
  EXPECT_THAT(refused_index("1,CAP,,x\n"), HasSubstr("Index.csv:2: no patient"));
  EXPECT_THAT(refused_index("1,CAP,cap001,x\n2,CAP,cap001,x\n"), HasSubstr("is named twice"));
  EXPECT_THAT(refused_index("1,CAP,cap001,x\n1,COVID-19,P001,x\n"), HasSubstr("is given twice"));
  EXPECT_THAT(refused_index("1,CAP\n"), HasSubstr("Index.csv:2: no index of patients"));
  write(dir_ / "Index.csv", "Label Index,Diagnosis\n1,CAP\n");
  EXPECT_THAT(refusal(), HasSubstr("Index.csv:1: no column 'Folder/ID'"));
}

TEST_F(CovidCtMdLabels, AHealthyPatientHasNoInfectedSlice) {
  index("1,Normal,normal001,x\n2,CAP,cap001,x\n");
  EXPECT_THAT(refused_labels(npy("|u1", "2, 3", bytes({1, 0, 0, 0, 0, 0}))),
              HasSubstr("normal001/a.dcm: an infected slice of a normal patient"));
  labels(npy("|u1", "2, 3", bytes({0, 0, 0, 0, 1, 0})));
  EXPECT_THAT(listed(), testing::IsSupersetOf({"normal001/a 0", "cap001/b -", "P001/a -"}));
}

TEST_F(CovidCtMdLabels, SlicesNeedALocation) {
  const fs::path slice = dir_ / "COVID-19 Cases/P001/a.dcm";
  jcs::test::replace_in_file(slice, std::string("\x20\x00\x41\x10", 4),
                             std::string("\x20\x00\x43\x10", 4));
  EXPECT_EQ(refusal(),
            slice.string() + ": has no Slice Location (0020,1041), by which labels are given");
  write(slice, "no slice");
  EXPECT_THAT(refusal(), HasSubstr("a.dcm: is not a DICOM file"));
}

TEST_F(CovidCtMdLabels, SlicesAtOnePlaceMustHaveOneLabel) {
  const fs::path folder = dir_ / "COVID-19 Cases/P001";
  fs::copy_file(folder / "b.dcm", folder / "d.dcm");
  // c, a, b and d at one place: 1, 0, then two labels.
  labels(npy("|u1", "2, 5", bytes({1, 0, 1, 1, 0, 0, 0, 0, 0, 0})));
  EXPECT_THAT(listed(), testing::IsSupersetOf({"P001/b 1", "P001/d 1"}));
  EXPECT_THAT(refused_labels(npy("|u1", "2, 5", bytes({1, 0, 1, 0, 0, 0, 0, 0, 0, 0}))),
              HasSubstr("lies where another slice lies, and their labels differ"));
}

}  // namespace
