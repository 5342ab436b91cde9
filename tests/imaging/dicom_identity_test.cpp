// What objects made from a study copy of whose it is.

#include "jcs/imaging/dicom_identity.hpp"

#include <string>

#include <gtest/gtest.h>

#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::SyntheticSlice;
using jcs::test::TempDir;

/// What becomes of an attribute that is `before` in the object and `stored` in the slice.
std::string copied(const DcmTagKey& tag, const std::string& stored, const std::string& before) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.syntax = EXS_LittleEndianImplicit;  // explicit texts are none of more than 64 KiB
  slice.edit = [&](DcmDataset& data) { data.putAndInsertString(tag, stored.c_str()); };
  for (int i = 0; i < 3; ++i) {
    slice.position[2] = 2.0 * i;
    slice.tag = i;
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const auto volume = jcs::imaging::read_study(dir.path());
  DcmDataset object;
  object.putAndInsertString(tag, before.c_str());
  EXPECT_TRUE(jcs::imaging::copy_identity(volume.slices.front(), volume.series, object));
  OFString text;
  object.findAndGetOFStringArray(tag, text);
  return text.c_str();
}

std::string many_methods(int count) {
  std::string methods;
  for (int i = 0; i < count; ++i) {
    if (i > 0) methods += '\\';
    methods += "method " + std::to_string(10000 + i) + " " + std::string(44, 'x');
  }
  return methods;
}

TEST(DicomIdentity, AllMethodsOfDeidentificationAreCopied) {
  const std::string methods = many_methods(24);
  ASSERT_GT(methods.size(), 1300U);
  EXPECT_EQ(copied(DCM_DeidentificationMethod, methods, ""), methods);
}

TEST(DicomIdentity, WhatIsTooLongLeavesTheObjectAsItIs) {
  const std::string endless(70000, 'x');
  EXPECT_EQ(copied(DCM_StudyDescription, "short", "before"), "short");
  EXPECT_EQ(copied(DCM_StudyDescription, endless, "before"), "before");
}

}  // namespace
