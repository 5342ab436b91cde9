#include "jcs/imaging/phantom_study.hpp"

#include <cstddef>
#include <iterator>
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

// How many slices an earlier phantom has in this folder; 0 when anything else lies there.
std::size_t earlier_slices(const fs::path& folder) {
  std::size_t slices = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".dcm" ||
        !entry.path().filename().string().starts_with("slice_") || !made_by_phantom(entry.path())) {
      return 0;
    }
    ++slices;
  }
  return slices;
}

// A mask does not say what made it. It is taken for a phantom's beside the phantom that is replaced
// with it: one for each slice, under the slices' names.
bool masks_of_earlier_study(const fs::path& folder, std::size_t slices) {
  const auto files = std::distance(fs::directory_iterator(folder), fs::directory_iterator{});
  if (slices == 0 || static_cast<std::size_t>(files) != slices) return false;
  for (std::size_t k = 0; k < slices; ++k) {
    if (!fs::is_regular_file(folder / (slice_name(k) + ".png"))) return false;
  }
  return true;
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
  std::size_t earlier = 0;
  AtomicFolder study(folder, [&](const fs::path& old) {
    earlier = earlier_slices(old);
    return replaceable(old, earlier > 0, options.overwrite);
  });
  std::optional<AtomicFolder> masks;
  if (!options.masks.empty()) {
    masks.emplace(options.masks, [&](const fs::path& old) {
      return replaceable(old, masks_of_earlier_study(old, earlier), options.overwrite);
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
  // In this order a run that is killed in between leaves no masks alone, which none may replace.
  study.commit();
  if (masks) masks->commit();
  return phantom;
}

}  // namespace jcs::imaging
