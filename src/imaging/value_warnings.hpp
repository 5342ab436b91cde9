#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_file.hpp"
#include "rescale.hpp"
#include "slice_header.hpp"

// What a reader should know about how the values of a series came about, one sentence each.
namespace jcs::imaging {

/// Where some slices name a rescale and others do not, the values of those can mean anything.
/// @throws InputError naming a file of either kind
void require_one_rescale(const std::vector<SliceHeader>& slices);

/// No rescale, or half of one, in slices that all name the same parts of it.
std::vector<std::string> rescale_warnings(const std::vector<SliceHeader>& slices);

/// Padding that tissue may have as well.
/// @param paddings HuFrame::padding of each slice
std::vector<std::string> padding_warnings(const std::vector<std::optional<PaddingHu>>& paddings);

/// Characters that are not known in what results say of the study and its patient.
std::vector<std::string> text_warnings(const DicomFile& file);

}  // namespace jcs::imaging
