#pragma once

#include <stop_token>
#include <string>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// One hash (SHA-256, 64 hexadecimal digits) of all that a manifest's entries hold: the content of
/// every image and mask, labels, patients and sources, in their order. Two data sets of the same
/// hash teach the same, wherever they lie. `threads` read the files; 0: one per core.
/// @throws InputError naming a file that cannot be read; Interrupted.
std::string content_hash(const Manifest& manifest, int threads = 0,
                         Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::data
