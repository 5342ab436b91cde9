#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"

namespace jcs::imaging {

/// A set of slices of many phantoms for training and validation.
struct PhantomDatasetOptions {
  enum class Format { kPng, kDicom };

  int patients = 16;            ///< every second one is diseased
  int slices_per_patient = 24;  ///< evenly from the base of the lungs to their apex
  int size = 256;               ///< rows and columns
  std::int64_t seed = 1;
  double validation = 0.25;  ///< share of the patients kept for validation
  Format format = Format::kPng;
  double window_center = -600, window_width = 1500;  ///< of the PNGs, HU; as in Preprocessing
  /// An earlier data set is replaced. Says nothing about the content, so it is not described.
  bool overwrite = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("patients", patients, "even number of patients, every second one diseased",
            between(4, 10000));
    v.field("slices_per_patient", slices_per_patient, "slices of each, from base to apex",
            between(1, 2000));
    v.field("size", size, "rows and columns of a slice", between(16, 2048));
    v.field("seed", seed, "decides the patients", at_least(0));
    v.field("validation", validation, "share of the patients kept for validation", between(0, 1));
    v.choice("format", format, "png: 8 bits, windowed; dicom: Hounsfield units",
             {{"png", Format::kPng}, {"dicom", Format::kDicom}});
    v.field("window_center", window_center, "centre of the window of the PNGs, HU");
    v.field("window_width", window_width, "width of the window of the PNGs, HU", at_least(1));
  }
};

struct PhantomDatasetSummary {
  std::size_t training_slices = 0, training_positive = 0;
  std::size_t validation_slices = 0, validation_positive = 0;
  int training_patients = 0, validation_patients = 0;
};

/// Writes `images/PATIENT/slice_0001.png` (or `.dcm`), `masks/PATIENT/slice_0001.png` (0 and 255),
/// the manifests `train.csv` and `val.csv` (image, mask, label, patient, source; paths relative to
/// the folder) and `phantom.yaml` with the options.
///
/// A slice is positive (label 1) when its mask covers a pixel; only positive slices have a mask.
/// Both manifests hold as many diseased as clean patients, and no patient is in both. The source is
/// the scanner's kernel, `phantom-soft` or `phantom-sharp`, each with diseased and clean patients.
/// The folder appears whole or not at all.
/// @throws UsageError for options out of range; OutputError, also when the folder is not empty,
/// unless it holds an earlier data set of this kind and `overwrite` is set; Interrupted.
PhantomDatasetSummary write_phantom_dataset(const std::filesystem::path& folder,
                                            const PhantomDatasetOptions& options = {},
                                            Progress& progress = no_progress(),
                                            const std::stop_token& stop = {});

}  // namespace jcs::imaging
