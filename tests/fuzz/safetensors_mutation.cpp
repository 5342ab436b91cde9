#include "fuzz/safetensors_mutation.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "fuzz/custom_mutator.hpp"
#include "fuzz/json_mutation.hpp"

namespace jcs::fuzz {

namespace {

/// Changes a document inside the document, as the networks' descriptions are.
bool mutate_metadata(std::string& header, Random& random) {
  constexpr std::size_t kMaxHeader = 20000;  // larger ones may nest deeper than can be printed
  if (header.size() > kMaxHeader) return false;
  auto json = nlohmann::ordered_json::parse(header, nullptr, false);
  const auto metadata = json.is_object() ? json.find("__metadata__") : json.end();
  if (!json.is_object() || metadata == json.end() || !metadata->is_object() || metadata->empty()) {
    return false;
  }
  auto& entry =
      *std::next(metadata->begin(), static_cast<std::ptrdiff_t>(below(random, metadata->size())));
  if (!entry.is_string()) return false;
  std::string text = entry.get<std::string>();
  if (!mutate_json(text, random)) mutate_as_bytes(text);
  entry = text;
  header = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return true;
}

}  // namespace

bool mutate_safetensors(std::string& file, Random& random) {
  constexpr std::size_t kLength = 8;
  std::uint64_t length = 0;
  for (std::size_t i = kLength; i-- > 0 && file.size() >= kLength;) {
    length = (length << 8) | static_cast<unsigned char>(file[i]);
  }
  if (length == 0 || length > file.size() - kLength) return false;
  std::string header = file.substr(kLength, length);
  std::string data = file.substr(kLength + length);
  switch (below(random, 6)) {
    case 0:
      mutate_as_bytes(header);
      break;
    case 1:
      mutate_as_bytes(data);
      break;
    case 2:
    case 3:
      if (mutate_metadata(header, random)) break;
      [[fallthrough]];
    default:
      if (!mutate_json(header, random)) return false;
  }
  file.clear();
  for (std::size_t i = 0; i < kLength; ++i) file += static_cast<char>(header.size() >> (8 * i));
  file += header + data;
  return true;
}

}  // namespace jcs::fuzz
