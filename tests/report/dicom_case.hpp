#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>

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

/// Changes the files of a study, of which the callback gets each with its slice's number from 0,
/// and reads it again.
inline imaging::CtVolume edited(const std::filesystem::path& folder,
                                const std::function<void(DcmFileFormat&, int)>& edit,
                                E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
  const imaging::CtVolume before = imaging::read_study(folder);
  for (std::size_t k = 0; k < before.slice_count(); ++k) {
    DcmFileFormat format;
    format.loadFile(before.slices[k].file.c_str());
    format.loadAllDataIntoMemory();  // it is written over itself
    edit(format, static_cast<int>(k));
    format.saveFile(before.slices[k].file.c_str(), syntax);
  }
  return imaging::read_study(folder);
}

/// Identifiers with leading zeros, as some scanners make them of dates and times.
inline constexpr const char* kZerosStudy = "1.2.840.0130.1";
inline constexpr const char* kZerosSeries = "1.2.840.20050113.082534";
inline constexpr const char* kZerosFrame = "1.2.840.0130.3";
inline std::string zeros_instance(int slice) {
  return "1.2.840.20050113.082534." + std::to_string(slice);
}

/// The study in `folder` with those.
inline imaging::CtVolume with_zeros(const std::filesystem::path& folder) {
  return edited(folder, [](DcmFileFormat& format, int slice) {
    DcmDataset& data = *format.getDataset();
    data.putAndInsertString(DCM_StudyInstanceUID, kZerosStudy);
    data.putAndInsertString(DCM_SeriesInstanceUID, kZerosSeries);
    data.putAndInsertString(DCM_FrameOfReferenceUID, kZerosFrame);
    data.putAndInsertString(DCM_SOPInstanceUID, zeros_instance(slice).c_str());
  });
}

}  // namespace jcs::test
