#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jcs::imaging {

/// Text as UTF-8 in character sets that DCMTK does not know or not in this form, though files have
/// them: Latin-9 (ISO_IR 203), Korean (ISO 2022 IR 149) that is the only set or lacks its escape
/// sequences, and UTF-8 where no set is named. Nothing when it is none of them or not well formed.
std::optional<std::string> extra_text_as_utf8(std::string_view text,
                                              std::string_view character_sets);

}  // namespace jcs::imaging
