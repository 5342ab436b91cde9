#pragma once

#include <string>
#include <string_view>

namespace jcs::imaging {

/// A DICOM unique identifier below 2.25 that follows from `text` alone: a UUID (version 8, custom)
/// made of its SHA-256, written as one decimal number.
std::string uid_from(std::string_view text);

}  // namespace jcs::imaging
