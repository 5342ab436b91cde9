#include "jcs/imaging/phantom_dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "jcs/imaging/picture.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::PhantomDatasetOptions;
using jcs::imaging::write_phantom_dataset;
using jcs::test::error_line;
using jcs::test::TempDir;

PhantomDatasetOptions small_dataset() {
  PhantomDatasetOptions options;
  options.patients = 8;
  options.slices_per_patient = 6;
  options.size = 32;
  return options;
}

struct Row {
  std::string image, mask, label, patient, source;
};

std::vector<Row> rows_of(const fs::path& manifest) {
  std::ifstream in(manifest);
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "image,mask,label,patient,source");
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    Row row;
    std::getline(fields, row.image, ',');
    std::getline(fields, row.mask, ',');
    std::getline(fields, row.label, ',');
    std::getline(fields, row.patient, ',');
    std::getline(fields, row.source, ',');
    rows.push_back(row);
  }
  return rows;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::set<std::string> patients_of(const std::vector<Row>& rows) {
  std::set<std::string> patients;
  for (const Row& row : rows) patients.insert(row.patient);
  return patients;
}

TEST(PhantomDataset, ManifestsTellTheTruth) {
  const TempDir dir;
  const auto summary = write_phantom_dataset(dir / "data", small_dataset());
  const auto train = rows_of(dir / "data/train.csv");
  const auto val = rows_of(dir / "data/val.csv");
  EXPECT_EQ(train.size(), summary.training_slices);
  EXPECT_EQ(val.size(), summary.validation_slices);
  EXPECT_EQ(train.size() + val.size(), 8U * 6U);

  std::size_t positive = 0;
  for (const auto* manifest : {&train, &val}) {
    for (const Row& row : *manifest) {
      const cv::Mat image = jcs::imaging::read_picture(dir / "data" / row.image, {});
      EXPECT_EQ(image.rows, 32);
      EXPECT_EQ(image.cols, 32);
      EXPECT_TRUE(row.label == "0" || row.label == "1");
      EXPECT_EQ(row.mask.empty(), row.label == "0");
      if (row.mask.empty()) continue;
      ++positive;
      const cv::Mat mask = jcs::imaging::read_mask(dir / "data" / row.mask);
      EXPECT_EQ(mask.size(), image.size());
      EXPECT_GT(cv::countNonZero(mask), 0) << row.mask;
    }
  }
  EXPECT_EQ(positive, summary.training_positive + summary.validation_positive);
  EXPECT_GT(summary.training_positive, 0U);
  EXPECT_GT(summary.validation_positive, 0U);
}

TEST(PhantomDataset, PatientsAreOnOneSideAndHalfOfThemAreDiseased) {
  const TempDir dir;
  const auto summary = write_phantom_dataset(dir / "data", small_dataset());
  EXPECT_EQ(summary.training_patients, 6);
  EXPECT_EQ(summary.validation_patients, 2);
  std::set<std::string> seen;
  for (const char* name : {"data/train.csv", "data/val.csv"}) {
    const auto rows = rows_of(dir / name);
    const auto patients = patients_of(rows);
    std::set<std::string> diseased;
    for (const Row& row : rows) {
      if (row.label == "1") diseased.insert(row.patient);
    }
    EXPECT_EQ(2 * diseased.size(), patients.size()) << name;
    for (const std::string& patient : patients) EXPECT_TRUE(seen.insert(patient).second) << patient;
  }
  EXPECT_EQ(seen.size(), 8U);
}

TEST(PhantomDataset, EverySourceHasDiseasedAndCleanPatients) {
  const TempDir dir;
  write_phantom_dataset(dir / "data", small_dataset());
  std::map<std::string, std::set<std::string>> labels;
  for (const Row& row : rows_of(dir / "data/train.csv")) labels[row.source].insert(row.label);
  EXPECT_EQ(labels.size(), 2U);
  for (const auto& [source, found] : labels) EXPECT_EQ(found.size(), 2U) << source;
}

TEST(PhantomDataset, IsTheSameForTheSameSeed) {
  const TempDir dir;
  PhantomDatasetOptions options = small_dataset();
  options.patients = 4;
  write_phantom_dataset(dir / "a", options);
  write_phantom_dataset(dir / "b", options);
  options.seed = 2;
  write_phantom_dataset(dir / "c", options);
  EXPECT_EQ(content(dir / "a/train.csv"), content(dir / "b/train.csv"));
  EXPECT_NE(content(dir / "a/train.csv"), content(dir / "c/train.csv"));
  for (const Row& row : rows_of(dir / "a/train.csv")) {
    EXPECT_EQ(content(dir / "a" / row.image), content(dir / "b" / row.image)) << row.image;
  }
  const auto other = patients_of(rows_of(dir / "c/train.csv"));
  for (const std::string& patient : patients_of(rows_of(dir / "a/train.csv"))) {
    EXPECT_FALSE(other.contains(patient));
  }
}

TEST(PhantomDataset, DicomSlicesShowTheSamePictures) {
  const TempDir dir;
  PhantomDatasetOptions options = small_dataset();
  options.patients = 4;
  write_phantom_dataset(dir / "png", options);
  options.format = PhantomDatasetOptions::Format::kDicom;
  write_phantom_dataset(dir / "dicom", options);
  const auto png = rows_of(dir / "png/val.csv");
  const auto dicom = rows_of(dir / "dicom/val.csv");
  ASSERT_EQ(png.size(), dicom.size());
  for (std::size_t i = 0; i < png.size(); ++i) {
    EXPECT_TRUE(dicom[i].image.ends_with(".dcm"));
    EXPECT_EQ(png[i].mask, dicom[i].mask);
    const cv::Mat a = jcs::imaging::read_picture(dir / "png" / png[i].image, {});
    const cv::Mat b = jcs::imaging::read_picture(dir / "dicom" / dicom[i].image, {});
    EXPECT_TRUE(std::equal(a.datastart, a.dataend, b.datastart, b.dataend)) << png[i].image;
  }
}

TEST(PhantomDataset, KeepsAtLeastAPairOnEachSide) {
  const TempDir dir;
  PhantomDatasetOptions options = small_dataset();
  options.patients = 4;
  options.slices_per_patient = 1;
  for (const double share : {0.0, 1.0}) {
    options.validation = share;
    options.overwrite = true;
    const auto summary = write_phantom_dataset(dir / "data", options);
    EXPECT_EQ(summary.training_patients, 2);
    EXPECT_EQ(summary.validation_patients, 2);
  }
}

TEST(PhantomDataset, RefusesWhatItCannotMake) {
  const TempDir dir;
  PhantomDatasetOptions options = small_dataset();
  options.patients = 5;
  EXPECT_EQ(error_line<jcs::UsageError>([&] { write_phantom_dataset(dir / "data", options); }),
            "patients: is odd (expected as many diseased as clean patients, got 5)");
  options = small_dataset();
  options.size = 4;
  error_line<jcs::UsageError>([&] { write_phantom_dataset(dir / "data", options); });
  EXPECT_FALSE(fs::exists(dir / "data"));
}

TEST(PhantomDataset, ReplacesOnlyAnEarlierDataSet) {
  const TempDir dir;
  PhantomDatasetOptions options = small_dataset();
  options.patients = 4;
  options.slices_per_patient = 2;
  options.overwrite = true;
  fs::create_directory(dir / "data");
  std::ofstream(dir / "data" / "train.csv") << "precious";
  error_line<jcs::OutputError>([&] { write_phantom_dataset(dir / "data", options); });
  EXPECT_EQ(content(dir / "data/train.csv"), "precious");

  write_phantom_dataset(dir / "own", options);
  options.overwrite = false;
  error_line<jcs::OutputError>([&] { write_phantom_dataset(dir / "own", options); });
  options.overwrite = true;
  write_phantom_dataset(dir / "own", options);

  for (const char* foreign : {"notes.txt", "images/notes.txt", "masks/P0003/notes.txt"}) {
    SCOPED_TRACE(foreign);
    fs::create_directories((dir / "own" / foreign).parent_path());
    std::ofstream(dir / "own" / foreign) << "precious";
    error_line<jcs::OutputError>([&] { write_phantom_dataset(dir / "own", options); });
    EXPECT_EQ(content(dir / "own" / foreign), "precious");
    fs::remove(dir / "own" / foreign);
    write_phantom_dataset(dir / "own", options);
  }
}

}  // namespace
