#include "jcs/imaging/phantom_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/preprocessing.hpp"
#include "jcs/core/random.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/picture.hpp"

#include "option_visitors.hpp"
#include "slice_files.hpp"

namespace jcs::imaging {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRecord = "phantom.yaml";
constexpr const char* kHeader = "image,mask,label,patient,source\n";

void check(PhantomDatasetOptions options) {
  RangeCheck ranges;
  options.describe(ranges);
  if (options.patients % 2 != 0) {
    throw UsageError({"is odd", "patients", "as many diseased as clean patients",
                      std::to_string(options.patients)});
  }
}

std::string record_of(PhantomDatasetOptions options) {
  OptionText text;
  options.describe(text);
  return "# What jcs_phantom made this data set from\n" + text.text();
}

// The patient with this number; the seeds of a data set's patients follow one another, so that no
// patient comes twice.
PhantomOptions patient_options(const PhantomDatasetOptions& options, int patient) {
  constexpr std::uint64_t kSeeds = 1'000'000'000;
  PhantomOptions phantom;
  phantom.rows = phantom.columns = options.size;
  phantom.slices = options.slices_per_patient;
  phantom.seed =
      static_cast<std::int64_t>(derive_seed(static_cast<std::uint64_t>(options.seed), 0) % kSeeds) +
      patient;
  phantom.diseased = patient % 2 == 1;
  // Both scanners have seen diseased and clean patients.
  phantom.kernel =
      patient / 2 % 2 == 0 ? PhantomOptions::Kernel::kSoft : PhantomOptions::Kernel::kSharp;
  return phantom;
}

// One of the two manifests while it grows.
struct ManifestText {
  std::string csv = kHeader;
  std::size_t slices = 0, positive = 0;
};

void write_patient(const fs::path& folder, const PhantomDatasetOptions& options,
                   const PhantomOptions& patient, ManifestText& manifest,
                   const std::stop_token& stop) {
  const Phantom phantom = make_phantom(patient, no_progress(), stop);
  const std::string& id = phantom.volume.series.patient_id;
  const bool dicom = options.format == PhantomDatasetOptions::Format::kDicom;
  const std::string source =
      patient.kernel == PhantomOptions::Kernel::kSharp ? "phantom-sharp" : "phantom-soft";
  const std::string images = "images/" + id, masks = "masks/" + id;
  fs::create_directories(folder / images);
  if (dicom) write_ct_files(folder / images, phantom.volume, {}, no_progress(), stop);

  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  for (std::size_t k = 0; k < phantom.volume.slice_count(); ++k) {
    throw_if_stopped(stop);
    const std::string image = images + "/" + slice_name(k) + (dicom ? ".dcm" : ".png");
    if (!dicom) write_png(folder / image, windowed(phantom.volume, k, window));
    const auto mask_pixels = phantom.mask_slice(k);
    const bool positive = std::any_of(mask_pixels.begin(), mask_pixels.end(),
                                      [](std::uint8_t value) { return value != 0; });
    std::string mask;
    if (positive) {
      mask = masks + "/" + slice_name(k) + ".png";
      fs::create_directories(folder / masks);
      write_mask(folder / mask, phantom, k);
    }
    manifest.csv += joined({image, mask, positive ? "1" : "0", id, source}, ",");
    manifest.csv += '\n';
    ++manifest.slices;
    manifest.positive += positive ? 1 : 0;
  }
}

// `images/P0001/slice_0001.png` and the like.
bool named_as_slices(const fs::path& folder) {
  for (const fs::directory_entry& patient : fs::directory_iterator(folder)) {
    if (!fs::is_directory(patient.symlink_status())) return false;
    for (const fs::directory_entry& file : fs::directory_iterator(patient.path())) {
      const std::string stem = file.path().stem().string();
      if (!fs::is_regular_file(file.symlink_status()) || !stem.starts_with("slice_")) return false;
    }
  }
  return true;
}

// What somebody has put beside a data set would go with it.
bool holds_data_set_alone(const fs::path& folder) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    names.insert(name);
    if (name == "images" || name == "masks") {
      if (!entry.is_directory() || !named_as_slices(entry.path())) return false;
    } else if ((name != kRecord && name != "train.csv" && name != "val.csv") ||
               !entry.is_regular_file()) {
      return false;
    }
  }
  return names.contains(kRecord) && names.contains("train.csv");
}

}  // namespace

PhantomDatasetSummary write_phantom_dataset(const fs::path& folder,
                                            const PhantomDatasetOptions& options,
                                            Progress& progress, const std::stop_token& stop) {
  check(options);
  AtomicFolder whole(folder, [&](const fs::path& old) {
    return replaceable(old, holds_data_set_alone(old), options.overwrite);
  });
  // Pairs of one clean and one diseased patient stay together; the last ones validate.
  const int pairs = options.patients / 2;
  const int validating =
      std::clamp(static_cast<int>(std::lround(options.validation * pairs)), 1, pairs - 1);
  PhantomDatasetSummary summary;
  summary.validation_patients = 2 * validating;
  summary.training_patients = options.patients - 2 * validating;

  ManifestText train, val;
  const auto patients = static_cast<std::size_t>(options.patients);
  try {
    for (int patient = 0; patient < options.patients; ++patient) {
      throw_if_stopped(stop);
      progress.update("patients", static_cast<std::size_t>(patient), patients);
      write_patient(whole.path(), options, patient_options(options, patient),
                    patient < summary.training_patients ? train : val, stop);
    }
  } catch (const fs::filesystem_error& error) {
    throw OutputError({"cannot be written: " + error.code().message(), folder.string()});
  }
  progress.update("patients", patients, patients);
  write_file(whole.path() / "train.csv", train.csv);
  write_file(whole.path() / "val.csv", val.csv);
  write_file(whole.path() / kRecord, record_of(options));
  whole.commit();

  summary.training_slices = train.slices;
  summary.training_positive = train.positive;
  summary.validation_slices = val.slices;
  summary.validation_positive = val.positive;
  return summary;
}

}  // namespace jcs::imaging
