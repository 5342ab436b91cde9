#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// Two files of the same content.
struct SamePicture {
  std::filesystem::path first;   ///< in the first manifest
  std::filesystem::path second;  ///< in the second one; may be the same file
};

/// What stands in both of two manifests.
struct Overlap {
  std::vector<std::string> patients;  ///< in alphabetical order
  std::vector<SamePicture> pictures;  ///< in the order of the first manifest, each file once

  [[nodiscard]] bool empty() const { return patients.empty() && pictures.empty(); }
};

/// Patients of one name and image files of one content (SHA-256) that stand in both manifests. A
/// volume counts as one picture, whichever of its slices are listed. `threads` read the files; 0:
/// one per core.
/// @throws InputError when an image cannot be read; Interrupted.
Overlap find_overlap(const Manifest& first, const Manifest& second, int threads = 0,
                     Progress& progress = no_progress(), const std::stop_token& stop = {});

/// Refuses to go on where what is learned from stands in the validation too.
/// @throws InputError in one line: the first patient or picture, how many there are, and the
/// `remedy` that goes on knowingly, where there is one; Interrupted.
void refuse_overlap(const Manifest& training, const Manifest& validation, int threads = 0,
                    Progress& progress = no_progress(), const std::stop_token& stop = {},
                    const std::string& remedy = "data.allow_overlap: true");

}  // namespace jcs::data
