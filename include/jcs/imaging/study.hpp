#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// What a folder holds, one line per series.
struct SeriesSummary {
  std::string uid;  ///< Series Instance UID; empty where an anonymiser erased it
  int number = 0;   ///< Series Number, 0 where absent
  int part = 0;  ///< 1, 2, … where acquisitions of the series show the same part of the body, which
                 ///< are listed, chosen and read each as a series of its own; 0: all of the series
  std::string acquisition;    ///< of a part: "acquisition 2", "temporal position 1"
  std::string description;    ///< UTF-8
  std::string modality;       ///< "CT", "MR", …
  std::string image_type;     ///< e.g. ORIGINAL\PRIMARY\AXIAL
  std::string orientation;    ///< axial, coronal, sagittal, oblique or unknown
  std::size_t slices = 0;     ///< frames, localizers hidden in the series not counted
  std::size_t positions = 0;  ///< of them at different places; 0: the files do not say
  int rows = 0, columns = 0;  ///< of the first slice
  double thickness_mm = 0.0;  ///< 0: not known
  double row_spacing_mm = 0.0, column_spacing_mm = 0.0;  ///< 0: not known
  std::string unsuitable;  ///< why it cannot be diagnosed; empty: it can

  [[nodiscard]] bool suitable() const { return unsuitable.empty(); }
  /// `series 4 "ThorRoutine": CT, 148 slices of 512 x 512, axial, 2 mm`, for a part
  /// `series 4/2 (acquisition 2) "ThorRoutine": …`
  [[nodiscard]] std::string line() const;
};

/// All series below a folder (nested folders and symbolic links included), the most suitable CT
/// series first, those that are unsuitable last. Files that are no DICOM pictures are passed over,
/// and so are results of jcs below the folder (folders with result.json and report.html).
/// Suitable are CT series that hold Hounsfield units: whose Rescale Type, where they name one, is
/// HU, HU_MOD or US (not specified). Among them come first: those that are axial or name no
/// orientation, before coronal, sagittal and oblique ones; of each of these two classes those with
/// at least a quarter of the positions of its largest; then axial ones before those that name no
/// orientation; then original (not derived) ones; then by the number of positions, thinner slices,
/// lower series number. Acquisitions (Acquisition Number) and temporal positions of one series that
/// overlap along the normal of its slices by more than two slices, as phases of a contrast study,
/// are parts of it.
/// @throws InputError when `folder` is no folder, cannot be read or holds no series.
std::vector<SeriesSummary> list_series(const std::filesystem::path& folder,
                                       Progress& progress = no_progress(),
                                       const std::stop_token& stop = {});

struct ReadOptions {
  /// UID or number of the series to read, `4/2` for part 2 of series 4; empty: the most suitable
  std::string series{};
  int threads = 0;  ///< that decode; 0: one per core
  /// A folder below the study that is no part of it, by whatever path: where the result goes. It
  /// need not exist.
  std::filesystem::path leave_out{};

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("series", series,
            "UID or number of the series to read, NUMBER/2 for the second of acquisitions in it "
            "that overlap; empty: the most suitable one");
    v.field("threads", threads, "threads that decode slices; 0: one per core", at_least(0));
  }
};

/// Reads the CT series of a folder, or, where the folder holds no DICOM but pictures (PNG, JPEG, …
/// of 8 bits), these as a volume that is windowed already, in natural order of their names. In
/// place of the folder may stand a NIfTI file (see nifti_study.hpp). Results of jcs below the
/// folder are passed over: their pictures are no slices.
///
/// Slices are ordered by their position along their normal, never by instance number; spacing comes
/// from the differences of positions. Enhanced multi-frame CT is read frame by frame. Padded pixels
/// become -1024 HU. Warnings name: gaps, uneven spacing, slices that are shifted against the
/// others, tilted gantry, dropped copies and localizers, missing positions or spacing, a choice
/// between several series, acquisitions, patients or studies, text in a character set that is not
/// known, files that could not be read, among them those that tore before their series is named.
///
/// The result does not depend on the number of threads. Memory: the volume and a few slices per
/// thread.
/// @throws UsageError when `options.series` names no series, or one of several parts without saying
/// which; lists those there are.
/// @throws InputError with one line naming the file: empty folder, no CT in it, different pictures
/// at one position, mixed sizes, orientations, patients or studies, slices that are damaged or
/// cannot be decoded, a series that was asked for and says that its values are no Hounsfield units,
/// a rescale slope of 0 or NaN, a rescale that some slices name and others do not.
/// @throws Interrupted when a stop was asked for.
CtVolume read_study(const std::filesystem::path& folder, const ReadOptions& options = {},
                    Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::imaging
