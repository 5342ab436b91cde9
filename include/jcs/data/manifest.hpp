#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jcs::data {

/// One slice of a data set.
struct ManifestEntry {
  /// PNG, JPEG, one DICOM file, a NIfTI volume (`.nii`, `.nii.gz`) or, for networks that start from
  /// features, a stage-1 `.mat` file.
  std::filesystem::path image;
  std::filesystem::path mask;     ///< annotation of the opacities; empty: not annotated
  std::optional<int> label;       ///< 1 positive, 0 negative; nothing: not known
  std::string patient;            ///< empty: not known
  std::string source;             ///< data set or scanner that the slice is from; empty: not known
  std::optional<int> slice;       ///< of the NIfTI volume and its mask, from 0; nothing: no volume
  std::optional<int> mask_value;  ///< what stands for opacity in a NIfTI mask of several structures
  unsigned line = 0;              ///< of the manifest
};

/// A list of slices, as read from a file.
struct Manifest {
  std::filesystem::path file;
  std::vector<ManifestEntry> entries;
};

/// What a manifest's column `image` may name.
enum class Images {
  kFiles,           ///< files, each a slice or a volume of which a slice is given
  kFilesAndFolders  ///< folders too: each holds a study, and the label is that of the patient
};

/// Reads a CSV file whose header names the columns `image` and any of `mask`, `label`, `patient`,
/// `source`, `slice`, `mask_value`, in any order. Relative paths start at the manifest's folder.
/// Fields may be quoted. A file named `.txt` is taken for a list as the authors' release has them:
/// no header, each line `image mask` with blanks or tabs between.
/// @throws InputError with file and line: unreadable file, unknown or missing columns, a wrong
/// number of fields, an empty image, a label other than 0 or 1, an image or mask that is not there,
/// a NIfTI volume without a slice or a slice without one, a NIfTI volume beside a file that is
/// none, a mask value without a NIfTI mask, no entries at all.
Manifest read_manifest(const std::filesystem::path& file, Images images = Images::kFiles);

/// The same list with every folder replaced by the files below it, in the order of their names; for
/// whoever compares or hashes content. @throws InputError when a folder cannot be read or is empty.
Manifest with_files_of_folders(const Manifest& manifest);

}  // namespace jcs::data
