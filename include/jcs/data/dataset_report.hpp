#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

struct DatasetReportOptions {
  int least_area = 1;  ///< pixels that an opacity must have to be counted

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("least_area", least_area, "opacities of fewer pixels are not counted", at_least(1));
  }
};

/// What the headers of one patient's DICOM slices say; the first slice that says something decides.
struct PatientFacts {
  std::optional<double> age_years;
  std::string sex;  ///< M, F or O; empty: not said
  std::optional<double> thickness_mm;
};

/// One connected opacity of an annotated slice.
struct Opacity {
  std::size_t entry = 0;  ///< of the manifest
  int area = 0;           ///< pixels
  int x = 0, y = 0;       ///< upper left corner of the rectangle around it, pixels
  int width = 0, height = 0;
  double centre_x = 0, centre_y = 0;  ///< share of the picture's width and height, from upper left
};

/// An annotated slice.
struct AnnotatedSlice {
  std::size_t entry = 0;
  int lesions = 0;     ///< connected opacities
  double covered = 0;  ///< share of the picture's pixels that the mask covers
};

/// What a data set consists of: the statistics that the paper draws in Fig. 7 and 8.
struct DatasetReport {
  std::filesystem::path manifest;
  int least_area = 1;
  std::size_t slices = 0;
  std::size_t positive = 0, negative = 0;  ///< slices by label
  std::size_t patients = 0;                ///< named in the manifest
  std::size_t slices_of_nobody = 0;        ///< without a patient in the manifest
  std::size_t dicom_slices = 0;
  /// Patients with DICOM slices, by name. Slices of nobody known count as one patient for each
  /// folder, as a study lies in a folder of its own.
  std::map<std::string, PatientFacts> headers;
  std::vector<AnnotatedSlice> annotated;  ///< in the manifest's order
  std::vector<Opacity> opacities;         ///< in the manifest's order, from top to bottom
};

/// Reads the headers of all DICOM slices (age, sex and slice thickness, nothing else) and all
/// masks. The result does not depend on `threads` (0: one per core). Pictures are held one at a
/// time for each thread.
/// @throws UsageError for options out of range, InputError naming the file of the manifest's first
/// slice or mask that cannot be read, Interrupted.
DatasetReport report_dataset(const Manifest& manifest, const DatasetReportOptions& options,
                             int threads, Progress& progress, const std::stop_token& stop);

}  // namespace jcs::data
