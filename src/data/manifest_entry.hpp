#pragma once

#include <filesystem>
#include <string>

#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// The texts of one line of a manifest; empty: not given.
struct EntryTexts {
  std::string image, mask, label, patient, source, slice, mask_value;
};

/// The entry that the texts describe; relative paths start at `folder`.
/// @throws InputError naming `file` and `line`.
ManifestEntry checked_entry(const EntryTexts& texts, const std::filesystem::path& folder,
                            const std::filesystem::path& file, unsigned line,
                            Images images = Images::kFiles);

/// Reads a list with lines of `image mask`. @throws InputError naming file and line.
Manifest read_pair_list(const std::filesystem::path& file);

}  // namespace jcs::data
