#include "jcs/imaging/phantom_study.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_runtime.hpp"

#include "slice_files.hpp"

namespace jcs::imaging {

namespace fs = std::filesystem;

namespace {

// Whether a folder holds files `slice_….EXTENSION` and nothing else.
bool holds_only_slices(const fs::path& folder, const std::string& extension) {
  return std::all_of(fs::directory_iterator(folder), fs::directory_iterator{},
                     [&](const fs::directory_entry& entry) {
                       return entry.is_regular_file() && entry.path().extension() == extension &&
                              entry.path().filename().string().starts_with("slice_");
                     });
}

// Real patients' slices may have such names too: the file itself must say what made it.
bool made_by_phantom(const fs::path& file) {
  prepare_dicom();
  DcmFileFormat format;
  if (format
          .loadFileUntilTag(OFFilename(file.c_str()), EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                            ERM_autoDetect, DCM_PixelData)
          .bad()) {
    return false;
  }
  OFString patient, model;
  format.getDataset()->findAndGetOFString(DCM_PatientID, patient);
  format.getDataset()->findAndGetOFString(DCM_ManufacturerModelName, model);
  return patient.find("PHANTOM-") == 0 && model == "Phantom";
}

bool earlier_study(const fs::path& folder) {
  return holds_only_slices(folder, ".dcm") &&
         made_by_phantom(fs::directory_iterator(folder)->path());
}

bool lies_inside(const fs::path& inner, const fs::path& outer) {
  std::error_code ignored;
  const fs::path relative =
      fs::weakly_canonical(inner, ignored).lexically_relative(fs::weakly_canonical(outer, ignored));
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

Phantom write_phantom_study(const fs::path& folder, const PhantomOptions& phantom_options,
                            const PhantomStudyOptions& options, Progress& progress,
                            const std::stop_token& stop) {
  if (!options.masks.empty() &&
      (lies_inside(options.masks, folder) || lies_inside(folder, options.masks))) {
    throw UsageError({"masks and study need folders of their own", options.masks.string(),
                      "a folder beside " + folder.string()});
  }
  AtomicFolder study(folder, [&](const fs::path& old) {
    return replaceable(old, earlier_study(old), options.overwrite);
  });
  std::optional<AtomicFolder> masks;
  if (!options.masks.empty()) {
    masks.emplace(options.masks, [&](const fs::path& old) {
      return replaceable(old, holds_only_slices(old, ".png"), options.overwrite);
    });
  }
  Phantom phantom = make_phantom(phantom_options, progress, stop);
  if (masks) {
    for (std::size_t k = 0; k < phantom.volume.slice_count(); ++k) {
      throw_if_stopped(stop);
      write_mask(masks->path() / (slice_name(k) + ".png"), phantom, k);
    }
  }
  write_ct_files(study.path(), phantom.volume, options.files, progress, stop);
  if (masks) masks->commit();
  study.commit();
  return phantom;
}

}  // namespace jcs::imaging
