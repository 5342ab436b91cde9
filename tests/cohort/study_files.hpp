#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "jcs/cohort/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/process.hpp"

namespace jcs::test {

/// One DICOM file of a study; folders are made as needed.
inline void write_dicom(const std::filesystem::path& file, const std::string& study_uid,
                        const std::string& patient = "P") {
  std::filesystem::create_directories(file.parent_path());
  SyntheticSlice slice;
  slice.edit = [&](DcmDataset& data) {
    data.putAndInsertString(DCM_StudyInstanceUID, study_uid.c_str());
    data.putAndInsertString(DCM_PatientID, patient.c_str());
  };
  slice.write(file);
}

/// Any other file.
inline void write_text(const std::filesystem::path& file, const std::string& text = "x") {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

inline std::vector<std::string> shown(const cohort::Studies& studies) {
  std::vector<std::string> paths;
  for (const cohort::Study& study : studies.studies) paths.push_back(study.shown);
  return paths;
}

inline std::vector<std::string> names(const cohort::Studies& studies) {
  std::vector<std::string> all;
  for (const cohort::Study& study : studies.studies) all.push_back(study.name);
  return all;
}

}  // namespace jcs::test
