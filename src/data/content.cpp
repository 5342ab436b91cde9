#include "jcs/data/content.hpp"

#include <span>

#include "jcs/core/hash.hpp"

#include "file_hashes.hpp"

namespace jcs::data {

std::string content_hash(const Manifest& manifest, int threads, Progress& progress,
                         const std::stop_token& stop) {
  Manifest masks{manifest.file, {}};
  for (const ManifestEntry& entry : manifest.entries) {
    if (!entry.mask.empty()) {
      masks.entries.push_back(entry);
      masks.entries.back().image = entry.mask;
    }
  }
  const auto hashes = image_hashes({&manifest, &masks}, threads, progress, stop);
  std::string text;
  for (const ManifestEntry& entry : manifest.entries) {
    const auto number = [](const std::optional<int>& value) {
      return value ? std::to_string(*value) : std::string("-");
    };
    // Fields end with a character that no field can hold, so that none runs into the next.
    for (const std::string& field :
         {hashes.at(entry.image), entry.mask.empty() ? std::string("-") : hashes.at(entry.mask),
          number(entry.label), entry.patient, entry.source, number(entry.slice),
          number(entry.mask_value)}) {
      text += field;
      text += '\0';
    }
  }
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace jcs::data
