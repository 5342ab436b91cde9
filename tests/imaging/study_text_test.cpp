// Names and descriptions in the character sets that files have them in.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::read_study;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(StudyText, TextIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 100");
    data.putAndInsertString(DCM_PatientName, "M\xFCller^J\xF6rg");
    data.putAndInsertString(DCM_SeriesDescription, "Th\xF6rax");
  };
  slice.write(dir / "latin.dcm");
  CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.series.patient_name, "M\xC3\xBCller^J\xC3\xB6rg");
  EXPECT_EQ(volume.series.series_description, "Th\xC3\xB6rax");
  slice.edit = [](DcmDataset& data) { data.putAndInsertString(DCM_PatientName, "M\xFCller"); };
  slice.write(dir / "latin.dcm");
  volume = read_study(dir.path());
  EXPECT_EQ(volume.series.patient_name, "M?ller");
  EXPECT_THAT(volume.warnings,
              ElementsAre("The files name no character set: those that are not known became ? in "
                          "PatientName (0010,0010)."));
}

TEST(StudyText, JapaneseTextIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice;
  const auto name_of = [&](const char* sets, const char* name) {
    slice.edit = [=](DcmDataset& data) {
      data.putAndInsertString(DCM_SpecificCharacterSet, sets);
      data.putAndInsertString(DCM_PatientName, name);
    };
    slice.write(dir / "japanese.dcm");
    return read_study(dir.path()).series.patient_name;
  };
  // The examples of the standard (PS3.5, annex H).
  EXPECT_EQ(name_of("\\ISO 2022 IR 87",
                    "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B="
                    "\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"),
            "Yamada^Tarou=山田^太郎=やまだ^たろう");
  EXPECT_EQ(name_of("ISO 2022 IR 13\\ISO 2022 IR 87",
                    "\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J="
                    "\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J"),
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
  // Cut within a character, and a set that was not announced: no control characters get through.
  EXPECT_EQ(name_of("\\ISO 2022 IR 87", "Yamada=\x1b$B;3E"), "Yamada=?$B;3E");
  EXPECT_EQ(name_of("\\ISO 2022 IR 87", "Yamada=\x1b$)Zxy"), "Yamada=?$)Zxy");
}

TEST(StudyText, TextInUnusualFormsOfCharacterSetsIsUtf8) {
  const TempDir dir;
  SyntheticSlice slice;
  const auto volume_of = [&](const char* sets, const char* name) {
    slice.edit = [=](DcmDataset& data) {
      if (sets != nullptr) data.putAndInsertString(DCM_SpecificCharacterSet, sets);
      data.putAndInsertString(DCM_PatientName, name);
    };
    slice.write(dir / "slice.dcm");
    return read_study(dir.path());
  };
  const auto expect = [&](const char* sets, const char* raw, const char* name) {
    const CtVolume volume = volume_of(sets, raw);
    EXPECT_EQ(volume.series.patient_name, name);
    EXPECT_THAT(volume.warnings, IsEmpty());
  };
  expect("ISO_IR 203", "D\xBD", "D\u0153");
  for (const char* sets : {"ISO 2022 IR 149", "\\ISO 2022 IR 149"}) {
    expect(sets, "Kim=\xB1\xE8^\xC8\xF1\xC1\xDF", "Kim=\uAE40^\uD76C\uC911");
    expect(sets, "\x1b$)C\xB1\xE8^\x1b$)C\xC8\xF1\xC1\xDF", "\uAE40^\uD76C\uC911");
  }
  expect(nullptr, "M\xC3\xBCller", "M\xC3\xBCller");

  // Half a character, and the escape sequence of another set.
  for (const char* raw : {"Kim=\xB1", "Kim=\x1b$)A\xCD\xF5"}) {
    const CtVolume volume = volume_of("ISO 2022 IR 149", raw);
    EXPECT_THAT(volume.series.patient_name, HasSubstr("?"));
    EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ISO 2022 IR 149 does not explain all")));
  }
  EXPECT_THAT(volume_of("ISO_IR 999", "M\xFCller").warnings,
              ElementsAre(HasSubstr("ISO_IR 999 does not explain all")));
}

}  // namespace
