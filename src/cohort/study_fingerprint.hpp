#pragma once

#include <filesystem>
#include <string>

namespace jcs::cohort {

/// What tells the files of a study from those of another at the same place, without reading them:
/// SHA-256 of their names within the study, their sizes and the times of their last change. It is
/// the same wherever the study lies. Hidden files, results of jcs and the folder `output` do not
/// count; what cannot be looked at counts as empty.
std::string study_fingerprint(const std::filesystem::path& study,
                              const std::filesystem::path& output);

}  // namespace jcs::cohort
