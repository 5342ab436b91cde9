#pragma once

#include <filesystem>
#include <stop_token>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/phantom.hpp"

namespace jcs::imaging {

/// What lies beside the phantom itself when it is written as a study.
struct PhantomStudyOptions {
  WriteOptions files;
  std::filesystem::path masks;  ///< folder for the masks, outside the study; empty: none
  /// An earlier phantom study is replaced, and with it its masks: a PNG for each of its slices and
  /// nothing else. Not described: no property of the files.
  bool overwrite = false;

  template <class Visitor>
  void describe(Visitor& v) {
    files.describe(v);
    v.field("masks", masks, "folder for the opacity masks, one PNG per slice; empty: none");
  }
};

/// Makes a phantom, writes it as a DICOM CT series and, where asked for, its masks as
/// `slice_0001.png` on (0 and 255), both in the order of the slices. Each folder appears whole or
/// not at all.
/// @returns the phantom.
/// @throws UsageError when the masks would lie inside the study or an option is out of range;
/// OutputError, also when a folder is not empty, unless it holds an earlier phantom and `overwrite`
/// is set; Interrupted.
Phantom write_phantom_study(const std::filesystem::path& folder, const PhantomOptions& phantom,
                            const PhantomStudyOptions& options = {},
                            Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::imaging
