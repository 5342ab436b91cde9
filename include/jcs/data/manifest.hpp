#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jcs::data {

/// One slice of a data set.
struct ManifestEntry {
  std::filesystem::path image;  ///< PNG, JPEG or one DICOM file
  std::filesystem::path mask;   ///< annotation of the opacities; empty: not annotated
  std::optional<int> label;     ///< 1 positive, 0 negative; nothing: not known
  std::string patient;          ///< empty: not known
  std::string source;           ///< data set or scanner that the slice is from; empty: not known
  unsigned line = 0;            ///< of the manifest
};

/// A list of slices, as read from a CSV file.
struct Manifest {
  std::filesystem::path file;
  std::vector<ManifestEntry> entries;
};

/// Reads a CSV file whose header names the columns `image` and any of `mask`, `label`, `patient`,
/// `source`, in any order. Relative paths start at the manifest's folder. Fields may be quoted.
/// @throws InputError with file and line: unreadable file, unknown or missing columns, a wrong
/// number of fields, an empty image, a label other than 0 or 1, an image or mask that is not there,
/// no entries at all.
Manifest read_manifest(const std::filesystem::path& file);

}  // namespace jcs::data
