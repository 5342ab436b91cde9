#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// The SHA-256 of every image file of the manifests, each file read once, by several threads.
/// @throws InputError naming a file that cannot be read; Interrupted.
std::map<std::filesystem::path, std::string> image_hashes(
    std::initializer_list<const Manifest*> manifests, int threads, Progress& progress,
    const std::stop_token& stop);

}  // namespace jcs::data
