#include "jcs/core/json_text.hpp"

#include <cstddef>

namespace jcs {

bool nests_too_deep(std::string_view json) {
  int depth = 0;
  bool inside_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (inside_text) {
      i += c == '\\' ? 1 : 0;
      inside_text = c != '"';
    } else if (c == '"') {
      inside_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace jcs
