// Whose slices lie in a folder: several patients, several studies.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::list_series;
using jcs::imaging::read_study;
using jcs::test::slice_of_series;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Who a slice is of, and when; nothing where the slice is to keep what it says.
struct Whose {
  const char *id = nullptr, *name = nullptr, *study = nullptr, *date = nullptr;
};

/// `count` slices of a series, 2 mm apart, the first at slice number `begin`.
void write_slices_of(const std::filesystem::path& folder, int begin, int count, const Whose& whose,
                     SyntheticSlice slice = slice_of_series(1)) {
  slice.edit = [&](DcmDataset& data) {
    const auto say = [&](const DcmTagKey& tag, const char* value) {
      if (value != nullptr) data.putAndInsertString(tag, value);
    };
    say(DCM_PatientID, whose.id);
    say(DCM_PatientName, whose.name);
    say(DCM_StudyInstanceUID, whose.study);
    say(DCM_StudyDate, whose.date);
  };
  for (int i = begin; i < begin + count; ++i) {
    slice.position[2] = 2.0 * i;
    slice.tag = i;
    slice.instance_number = i + 1;
    slice.write(folder / (std::to_string(i) + ".dcm"));
  }
}

std::string identity_refusal(const std::filesystem::path& folder) {
  return jcs::test::error_line<jcs::InputError>([&] { read_study(folder); });
}

TEST(StudyIdentity, ASeriesOfTwoPatientsIsRefused) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 2, {.id = "P1"});
  write_slices_of(dir / "b", 2, 2, {.id = "P2"});
  const std::string line = identity_refusal(dir.path());
  for (const char* part : {"patients", "a/0.dcm", "b/2.dcm", "P1", "P2"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
}

TEST(StudyIdentity, ASeriesOfTwoStudiesIsRefused) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 2, {.study = "1.2.3.71"});
  write_slices_of(dir / "b", 2, 2, {.study = "1.2.3.72"});
  const std::string line = identity_refusal(dir.path());
  for (const char* part : {"studies", "a/0.dcm", "b/2.dcm", "1.2.3.71", "1.2.3.72"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
}

TEST(StudyIdentity, AnErasedIdentityIsNoOther) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 2, {});
  write_slices_of(dir / "b", 2, 2, {.id = "", .study = ""});
  const auto volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 4U);
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyIdentity, OnePatientWhoseNameIsWrittenInTwoWaysIsOne) {
  for (const char* id : {"3", ""}) {
    for (const char* name : {"Phantom^Three^^", "PHANTOM^THREE", "phantom^three^ ^=", ""}) {
      const TempDir dir;
      write_slices_of(dir / "a", 0, 3, {.id = id, .name = "Phantom^Three"});
      write_slices_of(dir / "b", 3, 3, {.id = id, .name = name});
      const auto volume = read_study(dir.path());
      EXPECT_EQ(volume.slice_count(), 6U) << name;
      EXPECT_THAT(volume.warnings, IsEmpty()) << id << " " << name;
    }
  }
}

TEST(StudyIdentity, PatientsWithoutUidsAreToldApartByName) {
  const TempDir dir;
  SyntheticSlice slice = slice_of_series(1);
  slice.series_uid.clear();
  write_slices_of(dir / "a", 0, 4, {.id = "", .name = "Doe^John", .study = ""}, slice);
  write_slices_of(dir / "b", 4, 3, {.id = "", .name = "Roe^Jane", .study = ""}, slice);
  EXPECT_EQ(list_series(dir.path()).size(), 2U);
  const auto volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 4U);
  EXPECT_THAT(volume.warnings,
              Contains("The folder holds CT of 2 patients; read was patient '' ('Doe^John')."));
}

TEST(StudyIdentity, ASeriesOfTwoNamesWithoutIdentifiersIsRefused) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 4, {.id = "", .name = "Doe^John", .study = ""});
  write_slices_of(dir / "b", 4, 3, {.id = "", .name = "Roe^Jane", .study = ""});
  const std::string line = identity_refusal(dir.path());
  for (const char* part : {"patients", "a/0.dcm", "b/4.dcm", "Doe^John", "Roe^Jane"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
}

TEST(StudyIdentity, MoreThanOnePatientIsSaid) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 4, {});
  write_slices_of(dir / "b", 0, 3, {.id = "somebody else"}, slice_of_series(2));
  const auto volume = read_study(dir.path());
  EXPECT_THAT(volume.warnings,
              Contains("The folder holds CT of 2 patients; read was patient 'phantom'."));
  EXPECT_THAT(volume.warnings, Not(Contains(HasSubstr("studies"))));
}

TEST(StudyIdentity, PatientsAreCountedOverAllSlices) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 5, {});
  write_slices_of(dir / "b", 0, 2, {}, slice_of_series(2));
  write_slices_of(dir / "b", 2, 2, {.id = "somebody else"}, slice_of_series(2));
  EXPECT_THAT(read_study(dir.path()).warnings,
              Contains("The folder holds CT of 2 patients; read was patient 'phantom'."));
}

TEST(StudyIdentity, MoreThanOneStudyIsSaid) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 4, {.study = "1.2.3.71", .date = "20200417"});
  EXPECT_THAT(read_study(dir.path()).warnings, IsEmpty());
  write_slices_of(dir / "b", 0, 3, {.study = "1.2.3.72", .date = "20200501"}, slice_of_series(2));
  EXPECT_THAT(read_study(dir.path()).warnings,
              Contains("The folder holds CT of 2 studies; read was the study of '20200417'."));
  write_slices_of(dir / "a", 0, 4, {.study = "1.2.3.71"});
  EXPECT_THAT(read_study(dir.path()).warnings,
              Contains("The folder holds CT of 2 studies; read was study '1.2.3.71'."));
}

TEST(StudyIdentity, StudiesOfOneDayAreToldApartByTheirUid) {
  const TempDir dir;
  write_slices_of(dir / "a", 0, 4, {.study = "1.2.3.71", .date = "20200417"});
  write_slices_of(dir / "b", 0, 3, {.study = "1.2.3.72", .date = "20200417"}, slice_of_series(2));
  EXPECT_THAT(
      read_study(dir.path()).warnings,
      Contains("The folder holds CT of 2 studies; read was the study of '20200417' ('1.2.3.71')."));
}

}  // namespace
