#pragma once

#include <string_view>

namespace jcs {

/// Far above any JSON of ours. A parser reads what nests without end, but whoever copies, compares,
/// flattens or prints it afterwards takes a stack frame for every level.
inline constexpr int kMaxJsonDepth = 100;

/// Whether arrays and objects of a JSON text nest deeper than kMaxJsonDepth.
bool nests_too_deep(std::string_view json);

/// The document that a text holds, as one of nlohmann's classes: discarded (`is_discarded()`, and
/// neither object nor array) when it is no JSON or nests too deep.
template <class Json>
Json parsed_json(std::string_view text) {
  return nests_too_deep(text) ? Json(Json::value_t::discarded)
                              : Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace jcs
