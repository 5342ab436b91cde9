#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jcs::imaging {

/// Text in DICOM's Japanese character sets (ISO_IR 13, ISO 2022 IR 13, 87 and 159) as UTF-8;
/// nothing when it is not well formed. The C library's iconv, which DCMTK converts with, has no
/// encoding of these names; it has the same characters as EUC-JP.
std::optional<std::string> japanese_as_utf8(std::string_view text);

}  // namespace jcs::imaging
