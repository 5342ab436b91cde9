#include "jcs/cohort/find_studies.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "cohort/study_files.hpp"
#include "support/error_line.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::cohort::find_studies;
using jcs::cohort::Studies;
using jcs::test::shown;
using jcs::test::TempDir;
using jcs::test::write_dicom;
using jcs::test::write_text;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FindStudies, AFolderOfOneStudyIsAStudy) {
  const TempDir tree;
  write_dicom(tree / "site/P1/1.dcm", "1.1");
  write_dicom(tree / "site/P1/2.dcm", "1.1");
  write_dicom(tree / "site/P2/IM0", "1.2");
  write_text(tree / "site/P2/notes.txt");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), ElementsAre("site/P1", "site/P2"));
  EXPECT_THAT(jcs::test::names(studies), ElementsAre("site__P1", "site__P2"));
  EXPECT_EQ(studies.studies[0].path, tree / "site/P1");
  EXPECT_THAT(studies.warnings, IsEmpty());
}

TEST(FindStudies, SeriesOfOneStudyBelongTogether) {
  const TempDir tree;
  write_dicom(tree / "P1/thin/1.dcm", "1.1");
  write_dicom(tree / "P1/thick/deep/1.dcm", "1.1");
  write_dicom(tree / "P2/1.dcm", "1.2");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1", "P2"));
}

TEST(FindStudies, TheTreeItselfMayBeTheStudy) {
  const TempDir tree;
  write_dicom(tree / "P7/a/1.dcm", "1.1");
  write_dicom(tree / "P7/b/1.dcm", "1.1");
  const Studies studies = find_studies(tree / "P7/");
  EXPECT_THAT(shown(studies), ElementsAre("."));
  EXPECT_THAT(jcs::test::names(studies), ElementsAre("P7"));
}

TEST(FindStudies, AStudyNamedLikeTheTreeSharesNothingWithThatOfTheTreeItself) {
  const TempDir tree;
  write_dicom(tree / "P001/1.dcm", "1.1");
  write_dicom(tree / "P001/P001/1.dcm", "1.2");
  write_dicom(tree / "P001/P002/1.dcm", "1.3");
  const Studies studies = find_studies(tree / "P001");
  EXPECT_THAT(shown(studies), ElementsAre("P001", ".", "P002"));
  EXPECT_THAT(jcs::test::names(studies), ElementsAre("P001", "P001_", "P002"));
}

TEST(FindStudies, ANameDoesNotDependOnOtherStudies) {
  const TempDir tree;
  write_dicom(tree / "site/P1/1.dcm", "1.1");
  const std::string before = find_studies(tree.path()).studies[0].name;
  write_dicom(tree / "site/P2/1.dcm", "1.2");
  write_dicom(tree / "P3/1.dcm", "1.3");
  EXPECT_THAT(jcs::test::names(find_studies(tree.path())), testing::Contains(before));
}

TEST(FindStudies, ErasedUidsLeaveTheFolders) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "");
  write_dicom(tree / "P2/1.dcm", "");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1", "P2"));
}

TEST(FindStudies, OneUidForAllPatientsDoesNotMakeThemOne) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "1.1", "A");
  write_dicom(tree / "P2/1.dcm", "1.1", "B");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1", "P2"));
}

TEST(FindStudies, AStudyScatteredAmongOthersStaysApart) {
  const TempDir tree;
  write_dicom(tree / "a/1.dcm", "1.1");
  write_dicom(tree / "b/1.dcm", "1.2");
  write_dicom(tree / "c/1.dcm", "1.1");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("a", "b", "c"));
}

TEST(FindStudies, AMixedFolderIsNamed) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "1.1");
  write_dicom(tree / "P1/2.dcm", "1.2");
  write_dicom(tree / "P2/1.dcm", "1.3");
  write_dicom(tree / "P2/old/1.dcm", "1.4");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), ElementsAre("P1", "P2", "P2/old"));
  EXPECT_THAT(studies.warnings, ElementsAre(HasSubstr("P1 mixes files of several studies"),
                                            HasSubstr("P2 holds files of one study, and")));
}

TEST(FindStudies, PicturesAndVolumesAreStudiesToo) {
  const TempDir tree;
  write_text(tree / "P1/1.png");
  write_text(tree / "P1/2.png");
  write_text(tree / "v.nii.gz");
  write_text(tree / "more/w.nii");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), ElementsAre("P1", "more/w.nii", "v.nii.gz"));
}

TEST(FindStudies, PicturesInOrAboveStudiesAreNone) {
  const TempDir tree;
  write_text(tree / "overview.png");
  write_dicom(tree / "P1/1.dcm", "1.1");
  write_text(tree / "P1/png/1.png");
  write_text(tree / "P1/mask.nii.gz");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), ElementsAre("P1"));
  EXPECT_THAT(studies.warnings, ElementsAre(HasSubstr("pictures passed over")));
}

TEST(FindStudies, WhatAStudyOfTheWholeTreeTakesInIsSaid) {
  const TempDir tree;
  write_dicom(tree / "1.dcm", "1.1");
  write_text(tree / "v.nii.gz");
  write_text(tree / "more/w.nii");
  write_text(tree / "P2/1.png");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), ElementsAre("."));
  EXPECT_THAT(studies.warnings, ElementsAre(tree.path().string() +
                                            ": 2 NIfTI volumes and 1 folder of pictures passed "
                                            "over, since a DICOM study lies around them."));
}

TEST(FindStudies, SeriesApartInTheTreeTakeInNothingBesideThem) {
  const TempDir tree;
  write_dicom(tree / "thin/1.dcm", "1.1");
  write_dicom(tree / "thick/1.dcm", "1.1");
  write_text(tree / "thin/mask.nii.gz");
  write_text(tree / "thick/png/1.png");
  write_text(tree / "v.nii.gz");
  write_text(tree / "more/w.nii");
  write_text(tree / "P2/1.png");
  const Studies studies = find_studies(tree.path());
  EXPECT_THAT(shown(studies), testing::UnorderedElementsAre(".", "P2", "more/w.nii", "v.nii.gz"));
  EXPECT_THAT(studies.warnings,
              ElementsAre(HasSubstr("1 NIfTI volume and 1 folder of pictures passed over")));
}

TEST(FindStudies, AFileNamedLikeDicomAtTheTopTakesInNothing) {
  for (const char* content : {"", "no DICOM"}) {
    const TempDir tree;
    write_text(tree / "stray.dcm", content);
    write_text(tree / "v.nii.gz");
    write_text(tree / "P2/1.png");
    const Studies studies = find_studies(tree.path());
    EXPECT_THAT(shown(studies), testing::UnorderedElementsAre(".", "P2", "v.nii.gz"));
    EXPECT_THAT(studies.warnings, IsEmpty());
  }
}

TEST(FindStudies, ResultsAndHiddenFoldersArePassedOver) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "1.1");
  write_text(tree / "P1_jcs/result.json");
  write_text(tree / "P1_jcs/report.html");
  write_text(tree / "P1_jcs/pictures/1.png");
  write_dicom(tree / "cohort/studies/P1/segmentation.dcm", "1.1");
  write_dicom(tree / ".cache/1.dcm", "1.9");
  EXPECT_THAT(shown(find_studies(tree.path(), tree / "cohort")), ElementsAre("P1"));
}

TEST(FindStudies, DamagedFilesAreAStudyThatWillFail) {
  const TempDir tree;
  write_text(tree / "P1/1.dcm", std::string(128, '\0') + "DICM and no more");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1"));
}

TEST(FindStudies, AnEmptyCopyOfAStudyIsAStudyThatWillFail) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "1.1");
  for (const char* name : {"P2/1.dcm", "P2/2.DCM"}) {
    fs::create_directories((tree / name).parent_path());
    std::ofstream(tree / name).flush();
  }
  write_text(tree / "P3/notes.txt");
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1", "P2"));
}

TEST(FindStudies, LinksAreFollowedOnce) {
  const TempDir tree;
  const TempDir elsewhere;
  write_dicom(elsewhere / "1.dcm", "1.1");
  fs::create_directory_symlink(elsewhere.path(), tree / "P1");
  fs::create_directory_symlink(tree.path(), tree / "P2");  // a circle
  EXPECT_THAT(shown(find_studies(tree.path())), ElementsAre("P1"));
}

TEST(FindStudies, SaysWhenThereAreNone) {
  const TempDir tree;
  write_text(tree / "notes.txt");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { find_studies(tree.path()); }),
              HasSubstr("no studies in it"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { find_studies(tree / "none"); }),
              HasSubstr("there is no such folder"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { find_studies(tree / "notes.txt"); }),
              HasSubstr("is no folder"));
}

// The system takes paths of 4096 bytes; what lies deeper is not passed over in silence.
TEST(FindStudies, AFolderThatCannotBeLookedAtIsSaid) {
  const TempDir tree;
  write_dicom(tree / "P1/1.dcm", "1.1");
  const fs::path before = fs::current_path();
  fs::path here = tree.path();
  for (int i = 0; i < 20; ++i) {
    fs::current_path(here);
    here = std::string(250, 'd');
    fs::create_directory(here);
  }
  fs::current_path(before);
  EXPECT_THAT(find_studies(tree.path()).warnings,
              testing::Contains(HasSubstr("File name too long")));
}

}  // namespace
