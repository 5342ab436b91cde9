#include "jcs/imaging/slice_facts.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::read_slice_facts;
using jcs::imaging::SliceFacts;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;

SliceFacts facts_of(const std::function<void(DcmDataset&)>& edit) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = edit;
  slice.write(dir / "slice.dcm");
  return read_slice_facts(dir / "slice.dcm").value();
}

std::optional<double> age(const char* text) {
  return facts_of([&](DcmDataset& data) { data.putAndInsertString(DCM_PatientAge, text); })
      .age_years;
}

TEST(SliceFacts, AreReadFromTheHeader) {
  const SliceFacts facts = facts_of([](DcmDataset& data) {
    data.putAndInsertString(DCM_PatientAge, "039Y");
    data.putAndInsertString(DCM_PatientSex, "F");
    data.putAndInsertString(DCM_SliceThickness, "1.25");
    data.putAndInsertString(DCM_SliceLocation, "-52.1");
  });
  EXPECT_EQ(facts.age_years, 39);
  EXPECT_EQ(facts.sex, "F");
  EXPECT_EQ(facts.thickness_mm, 1.25);
  EXPECT_EQ(facts.location_mm, -52.1);
}

TEST(SliceFacts, AgesHaveUnits) {
  EXPECT_DOUBLE_EQ(age("018M").value(), 1.5);
  EXPECT_NEAR(age("052W").value(), 0.9966, 1e-4);
  EXPECT_NEAR(age("010D").value(), 0.0274, 1e-4);
  EXPECT_EQ(age("45Y"), 45);
  EXPECT_FALSE(age("045"));
  EXPECT_FALSE(age("Y"));
  EXPECT_FALSE(age("-45Y"));
}

TEST(SliceFacts, WhatIsMissingIsLeftOut) {
  const SliceFacts facts = facts_of([](DcmDataset& data) {
    data.findAndDeleteElement(DCM_SliceThickness);
    data.putAndInsertString(DCM_PatientSex, "");
    data.putAndInsertString(DCM_SliceLocation, "top");
  });
  EXPECT_FALSE(facts.age_years);
  EXPECT_EQ(facts.sex, "");
  EXPECT_FALSE(facts.thickness_mm);
  EXPECT_FALSE(facts.location_mm);
  EXPECT_FALSE(facts_of([](DcmDataset& data) {
                 data.putAndInsertString(DCM_SliceThickness, "0");
               }).thickness_mm);
}

TEST(SliceFacts, OtherFilesHaveNone) {
  const TempDir dir;
  std::ofstream(dir / "slice.png") << "\x89PNG and so on";
  EXPECT_FALSE(read_slice_facts(dir / "slice.png"));
  jcs::test::error_line<jcs::InputError>([&] { read_slice_facts(dir / "gone.dcm"); });
}

}  // namespace
