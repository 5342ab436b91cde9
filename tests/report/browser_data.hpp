#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace jcs::test {

/// The data of the slice browser.
inline nlohmann::json browser_data(const std::string& html) {
  const std::string start = "id=\"slice-data\">";
  const std::size_t from = html.find(start) + start.size();
  return nlohmann::json::parse(html.substr(from, html.find("</script>", from) - from));
}

}  // namespace jcs::test
