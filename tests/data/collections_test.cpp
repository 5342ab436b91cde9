#include "jcs/data/collections.hpp"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::collection;
using jcs::data::Manifest;
using jcs::data::ManifestEntry;
using jcs::test::NiftiFile;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

Manifest list(const char* kind, const fs::path& folder) {
  return collection(kind).list(folder, jcs::no_progress(), {});
}
std::string refusal(const char* kind, const fs::path& folder) {
  return jcs::test::error_line<jcs::InputError>([&] { list(kind, folder); });
}

void touch(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "x";
}
void write_png(const fs::path& file, int value) {
  fs::create_directories(file.parent_path());
  cv::imwrite(file.string(), cv::Mat(2, 2, CV_8UC1, cv::Scalar(value)));
}

// A volume of two voxels in each of its slices; their values slice by slice.
void write_volume(const fs::path& file, const std::vector<std::uint8_t>& slices,
                  bool feet_first = true) {
  NiftiFile nifti;
  nifti.sizes = {2, 1, static_cast<int>(slices.size())};
  nifti.directions[2][2] = feet_first ? 1 : -1;
  std::vector<std::uint8_t> values;
  for (const std::uint8_t value : slices) values.insert(values.end(), {0, value});
  nifti.write(file, values);
}

// What an entry says, in one text: its image, mask, slice, label and patient.
std::vector<std::string> texts(const Manifest& manifest, const fs::path& folder) {
  std::vector<std::string> lines;
  for (const ManifestEntry& entry : manifest.entries) {
    std::string line = entry.image.lexically_relative(folder).string();
    if (!entry.mask.empty()) line += " " + entry.mask.lexically_relative(folder).string();
    if (entry.mask_value) line += "=" + std::to_string(*entry.mask_value);
    if (entry.slice) line += " #" + std::to_string(*entry.slice);
    line += " label " + (entry.label ? std::to_string(*entry.label) : "-");
    lines.push_back(line + " of " + (entry.patient.empty() ? "nobody" : entry.patient));
  }
  return lines;
}

TEST(Collections, KnowsItsKinds) {
  for (const auto& one : jcs::data::collections()) EXPECT_EQ(collection(one.kind).kind, one.kind);
  EXPECT_THAT(
      jcs::test::error_line<jcs::UsageError>([] { collection("mosmed"); }),
      HasSubstr("no known data set (expected covid-19-ct100, covid-19-ct-seg, mosmeddata, "));
}

TEST(Collections, FoldersThatAreLaidOutOtherwiseAreRefused) {
  const TempDir dir;
  touch(dir / "readme.txt");
  EXPECT_EQ(
      refusal("covid-19-ct100", dir.path()),
      dir.path().string() + ": is not laid out like COVID-19-CT100 (expected a file train.txt)");
  EXPECT_EQ(refusal("mosmeddata", dir.path()),
            dir.path().string() +
                ": is not laid out like MosMedData (expected a folder CT-0 or CT-1 or CT-2 or CT-3 "
                "or CT-4)");
  for (const auto& one : jcs::data::collections()) {
    EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                    [&] { one.list(dir.path(), jcs::no_progress(), {}); }),
                HasSubstr("is not laid out like"))
        << one.kind;
  }
}

TEST(Collections, EmptyFoldersHoldNoSlice) {
  const TempDir dir;
  for (const char* name :
       {"COVID-19-CT-Seg_20cases", "Infection_Mask", "CT-0", "CT_COVID", "CT_NonCOVID", "COVID",
        "non-COVID", "COVID-19 Cases", "Cap Cases", "Normal Cases"}) {
    fs::create_directory(dir / name);
  }
  for (const char* kind :
       {"covid-19-ct-seg", "mosmeddata", "covid-ct", "sars-cov-2-ct", "covid-ct-md"}) {
    EXPECT_THAT(refusal(kind, dir.path()), HasSubstr("holds no slice of")) << kind;
  }
}

TEST(Collections, Covid19Ct100) {
  const TempDir dir;
  write_png(dir / "tr_im/a.png", 100);
  write_png(dir / "tr_im/b.png", 100);
  write_png(dir / "tr_mask/a.png", 1);
  write_png(dir / "tr_mask/b.png", 0);
  std::ofstream(dir / "train.txt") << "tr_im/a.png tr_mask/a.png\ntr_im/b.png tr_mask/b.png\n";
  const Manifest manifest = list("covid-19-ct100", dir.path());
  EXPECT_THAT(texts(manifest, dir.path()),
              ElementsAre("tr_im/a.png tr_mask/a.png label 1 of nobody",
                          "tr_im/b.png tr_mask/b.png label 0 of nobody"));
  EXPECT_EQ(manifest.entries[0].source, "COVID-19-CT100");
  std::ofstream(dir / "train.txt") << "tr_im/a.png tr_mask/c.png\n";
  EXPECT_THAT(refusal("covid-19-ct100", dir.path()), HasSubstr("train.txt:1: mask is not there"));
}

TEST(Collections, Covid19CtSegWithInfectionMasks) {
  const TempDir dir;
  const fs::path volumes = dir / "COVID-19-CT-Seg_20cases";
  write_volume(volumes / "radiopaedia_10_85902_1.nii.gz", {9, 9});
  write_volume(volumes / "coronacases_001.nii.gz", {9});
  touch(volumes / "._coronacases_001.nii.gz");
  write_volume(dir / "Infection_Mask/radiopaedia_10_85902_1.nii.gz", {0, 1});
  write_volume(dir / "Infection_Mask/coronacases_001.nii.gz", {1});
  fs::create_directory(dir / "Lung_and_Infection_Mask");
  const std::string v = "COVID-19-CT-Seg_20cases/", m = " Infection_Mask/";
  EXPECT_THAT(texts(list("covid-19-ct-seg", dir.path()), dir.path()),
              ElementsAre(v + "coronacases_001.nii.gz" + m +
                              "coronacases_001.nii.gz #0 label 1 of coronacases_001",
                          v + "radiopaedia_10_85902_1.nii.gz" + m +
                              "radiopaedia_10_85902_1.nii.gz #0 label 0 of radiopaedia_10",
                          v + "radiopaedia_10_85902_1.nii.gz" + m +
                              "radiopaedia_10_85902_1.nii.gz #1 label 1 of radiopaedia_10"));
}

TEST(Collections, Covid19CtSegWithMasksOfLungsAndInfection) {
  const TempDir dir;
  write_volume(dir / "COVID-19-CT-Seg_20cases/coronacases_001.nii.gz", {9, 9, 9});
  write_volume(dir / "Lung_and_Infection_Mask/coronacases_001.nii.gz", {2, 3, 1});
  const Manifest manifest = list("covid-19-ct-seg", dir.path());
  ASSERT_EQ(manifest.entries.size(), 3U);
  EXPECT_EQ(manifest.entries[0].label, 0);
  EXPECT_EQ(manifest.entries[1].label, 1);
  EXPECT_EQ(manifest.entries[2].label, 0);
  EXPECT_EQ(manifest.entries[1].mask_value, 3);
}

TEST(Collections, MasksThatDoNotFitAreRefused) {
  const TempDir dir;
  write_volume(dir / "COVID-19-CT-Seg_20cases/coronacases_001.nii.gz", {9, 9});
  fs::create_directory(dir / "Infection_Mask");
  EXPECT_THAT(refusal("covid-19-ct-seg", dir.path()),
              HasSubstr("coronacases_001.nii.gz: the volume has no mask"));
  const fs::path mask = dir / "Infection_Mask/coronacases_001.nii.gz";
  write_volume(mask, {1});
  EXPECT_THAT(refusal("covid-19-ct-seg", dir.path()),
              HasSubstr("the mask does not fit its volume (expected 2x1x2 from the feet up, got "
                        "2x1x1 from the feet up)"));
  write_volume(mask, {1, 0}, false);
  EXPECT_THAT(refusal("covid-19-ct-seg", dir.path()), HasSubstr("got 2x1x2 from the head down"));
  write_volume(mask, {1, 2});
  EXPECT_THAT(refusal("covid-19-ct-seg", dir.path()), HasSubstr("stray value"));
  NiftiFile::write_bytes(mask, "no volume");
  EXPECT_THAT(refusal("covid-19-ct-seg", dir.path()), HasSubstr("is no NIfTI file"));
}

TEST(Collections, MosMedData) {
  const TempDir dir;
  write_volume(dir / "studies/CT-0/study_0001.nii.gz", {9, 9});
  write_volume(dir / "studies/CT-1/study_0255.nii.gz", {9, 9});
  write_volume(dir / "studies/CT-3/study_1063.nii.gz", {9});
  write_volume(dir / "masks/study_0255_mask.nii.gz", {0, 1});
  const std::vector<std::string> expected{
      "studies/CT-0/study_0001.nii.gz #0 label 0 of study_0001",
      "studies/CT-0/study_0001.nii.gz #1 label 0 of study_0001",
      "studies/CT-1/study_0255.nii.gz masks/study_0255_mask.nii.gz #0 label 0 of study_0255",
      "studies/CT-1/study_0255.nii.gz masks/study_0255_mask.nii.gz #1 label 1 of study_0255",
      "studies/CT-3/study_1063.nii.gz #0 label - of study_1063"};
  EXPECT_EQ(texts(list("mosmeddata", dir.path()), dir.path()), expected);
}

TEST(Collections, CovidCtMdByFolders) {
  const TempDir dir;
  for (const char* file :
       {"COVID-19 Cases/P001/IM2.dcm", "COVID-19 Cases/P001/IM1.dcm", "Cap Cases/cap001/a.dcm",
        "Normal Cases/normal001/b.dcm", "Normal Cases/normal001/notes.txt"}) {
    touch(dir / file);
  }
  EXPECT_THAT(texts(list("covid-ct-md", dir.path()), dir.path()),
              ElementsAre("COVID-19 Cases/P001/IM1.dcm label - of P001",
                          "COVID-19 Cases/P001/IM2.dcm label - of P001",
                          "Cap Cases/cap001/a.dcm label - of cap001",
                          "Normal Cases/normal001/b.dcm label 0 of normal001"));
}

TEST(Collections, CovidCtMdByItsTable) {
  const TempDir dir;
  for (const char* file :
       {"P001/1.dcm", "P001/2.dcm", "P001/3.dcm", "cap001/1.dcm", "normal001/1.dcm"}) {
    touch(dir / file);
  }
  const std::string header = "patient,diagnosis,file,z_mm,infection\n";
  std::ofstream(dir / "slices.csv") << header
                                    << "P001,covid,P001/1.dcm,-1,0\nP001,covid,P001/2.dcm,-2,1\n"
                                       "P001,covid,P001/3.dcm,-3,\ncap001,cap,cap001/1.dcm,5,1\n"
                                       "normal001,normal,normal001/1.dcm,7,0\n";
  EXPECT_THAT(texts(list("covid-ct-md", dir.path()), dir.path()),
              ElementsAre("P001/1.dcm label - of P001", "P001/2.dcm label 1 of P001",
                          "P001/3.dcm label - of P001", "cap001/1.dcm label - of cap001",
                          "normal001/1.dcm label 0 of normal001"));
  const auto refused = [&](const std::string& table) {
    std::ofstream(dir / "slices.csv") << table;
    return refusal("covid-ct-md", dir.path());
  };
  EXPECT_THAT(refused(header + "P001,covid,P001/9.dcm,0,1\n"),
              HasSubstr("slices.csv:2: the slice is not there"));
  EXPECT_THAT(refused(header + "P001,flu,P001/1.dcm,0,1\n"),
              HasSubstr("slices.csv:2: no diagnosis (expected covid, cap or normal, got 'flu')"));
  EXPECT_THAT(refused(header + "P001,covid,P001/1.dcm,0,2\n"),
              HasSubstr("slices.csv:2: no infection label"));
  EXPECT_THAT(refused(header + "normal001,normal,normal001/1.dcm,0,1\n"),
              HasSubstr("slices.csv:2: an infected slice of a normal patient"));
  EXPECT_THAT(refused("patient,file\nP001,P001/1.dcm\n"), HasSubstr("slices.csv:1: no table"));
  EXPECT_THAT(refused(header + "P001,covid\n"), HasSubstr("slices.csv:2: no table of slices"));
  EXPECT_THAT(refused(header), HasSubstr("holds no slice"));
  EXPECT_THAT(refused(""), HasSubstr("no table of slices"));
}

TEST(Collections, CovidCt) {
  const TempDir dir;
  for (const char* file :
       {"CT_COVID/2020.02.22.20024927-p18-66%2.png", "CT_COVID/2020.02.22.20024927-p18-67.png",
        "CT_COVID/2020.03.04.20031039-p23-97_1%0.png", "CT_NonCOVID/1052.png",
        "CT_NonCOVID/7%0.JPG", "CT_NonCOVID/list.txt"}) {
    touch(dir / "Images-processed" / file);
  }
  const std::string covid = "Images-processed/CT_COVID/", clean = "Images-processed/CT_NonCOVID/";
  EXPECT_THAT(
      texts(list("covid-ct", dir.path()), dir.path()),
      ElementsAre(covid + "2020.02.22.20024927-p18-66%2.png label 1 of 2020.02.22.20024927",
                  covid + "2020.02.22.20024927-p18-67.png label 1 of 2020.02.22.20024927",
                  covid + "2020.03.04.20031039-p23-97_1%0.png label 1 of "
                          "2020.03.04.20031039",
                  clean + "1052.png label 0 of nobody", clean + "7%0.JPG label 0 of nobody"));
  EXPECT_EQ(list("covid-ct", dir / "Images-processed").entries.size(), 5U);
}

// Figures of one article on both sides of a split would flatter what is measured there.
TEST(Collections, CovidCtPicturesOfOneArticleAreOfOnePatientHoweverTheyAreNamed) {
  const TempDir dir;
  const std::map<std::string, std::string> articles{
      {"PIIS0140673620303603%0.png", "PIIS0140673620303603"},
      {"PIIS0140673620303603%1.png", "PIIS0140673620303603"},
      {"kjr-21-e24-g001-l-a.jpg", "kjr-21-e24"},
      {"kjr-21-e24-g002-l-a.jpg", "kjr-21-e24"},
      {"Novel-pneumonia-a-p3-1.png", "Novel-pneumonia-a"},
      {"Novel-pneumonia-a-p4-2.png", "Novel-pneumonia-a"},
      {"2020.01.10.20017350-p10-121.png", "2020.01.10.20017350"},
      {"1-s2.0-S1-gr1_lrg.png", "1-s2.0-S1"},
      {"1-s2.0-S1-gr2_lrg%0.png", "1-s2.0-S1"},
      {"radiol.2020200230.fig1a.jpeg", "radiol.2020200230"},
      {"radiol.2020200230.fig-2.jpeg", "radiol.2020200230"},
      {"early-pneumonia-p2.png", "early-pneumonia-p2"},
      {"%0.png", "%0"}};
  for (const auto& [file, article] : articles) touch(dir / ("CT_COVID/" + file));
  touch(dir / "CT_NonCOVID/1.png");
  std::map<std::string, std::string> found;
  for (const ManifestEntry& entry : list("covid-ct", dir.path()).entries) {
    if (entry.label == 1) found[entry.image.filename().string()] = entry.patient;
  }
  EXPECT_EQ(found, articles);
}

TEST(Collections, SarsCov2Ct) {
  const TempDir dir;
  touch(dir / "COVID/Covid (1).png");
  touch(dir / "non-COVID/Non-Covid (1).png");
  EXPECT_THAT(texts(list("sars-cov-2-ct", dir.path()), dir.path()),
              ElementsAre("COVID/Covid (1).png label 1 of nobody",
                          "non-COVID/Non-Covid (1).png label 0 of nobody"));
}

TEST(Collections, RealSamplesAreListed) {
  const fs::path data = jcs::test::data_dir();
  JCS_NEEDS(data);
  const Manifest pictures = list("covid-19-ct100", data / "COVID-19-CT100");
  EXPECT_EQ(pictures.entries.size(), 79U);
  for (const ManifestEntry& entry : pictures.entries) EXPECT_EQ(entry.label, 1);
  std::map<std::string, int> labels;
  for (const ManifestEntry& entry : list("covid-ct-md", data / "ct-md").entries) {
    ++labels[entry.patient + " " + (entry.label ? std::to_string(*entry.label) : "-")];
  }
  EXPECT_EQ(labels["normal001 0"], 154);
  EXPECT_EQ(labels["cap001 -"], 168);
  EXPECT_EQ(labels["P001 -"] + labels["P001 1"], 148);
  EXPECT_GT(labels["P001 1"], 50);
}

}  // namespace
