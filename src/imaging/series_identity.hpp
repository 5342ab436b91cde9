#pragma once

#include <string>
#include <vector>

#include "series_catalog.hpp"

namespace jcs::imaging {

/// @throws InputError naming two files when slices of one series name different patients or
/// studies: a copied Series Instance UID would make one body of two. A slice that names none goes
/// with any. Patients differ in their identifiers, or, where no slice has one, in their names.
void require_one_identity(const std::vector<SliceHeader>& slices);

/// Sentences on patients and studies beside those of the series that is read. A patient is who has
/// an identifier of his own; by their names, whatever the capitals, patients are told apart only
/// where no slice has an identifier.
std::vector<std::string> identity_warnings(const std::vector<Series>& catalog,
                                           const Series& chosen);

}  // namespace jcs::imaging
