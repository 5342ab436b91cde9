#pragma once

#include <filesystem>
#include <string>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/study.hpp"

#include "report/sample_case.hpp"
#include "report/sample_findings.hpp"

namespace jcs::test {

/// sample_volume() with the places that DICOM files need; its slices have an odd number of pixels.
inline imaging::CtVolume placed_volume(int slices = 12) {
  imaging::CtVolume volume = sample_volume(slices, 47, 63);
  for (imaging::SliceInfo& slice : volume.slices) {
    slice.position = {-190.5, -200.25, slice.location_mm};
  }
  return volume;
}

/// The volume written as DICOM files into `folder` and read from there.
inline imaging::CtVolume as_dicom(const imaging::CtVolume& volume,
                                  const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  imaging::write_ct_files(folder, volume);
  return imaging::read_study(folder);
}

}  // namespace jcs::test
