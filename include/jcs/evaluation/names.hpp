#pragma once

#include <string>
#include <vector>

#include "jcs/data/manifest.hpp"

namespace jcs::evaluation {

/// Names for the slices of a manifest, unique and in its order: the image's name without its
/// extension where that tells all of them apart, else its path from the manifest's folder with `_`
/// between the parts; a slice of a volume has its number behind (`_0012`). Folders and what ends in
/// a number, as UIDs do, have no extension.
std::vector<std::string> names_of(const data::Manifest& manifest);

}  // namespace jcs::evaluation
