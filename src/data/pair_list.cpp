#include <sstream>
#include <string>
#include <vector>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"

#include "manifest_entry.hpp"

namespace jcs::data {

Manifest read_pair_list(const std::filesystem::path& file) {
  std::istringstream in(read_text(file));
  Manifest manifest{file, {}};
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) {
      line.erase(0, 3);
    }
    // The carriage return of Windows line ends is a blank to the stream.
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
      words.push_back(word);
    }
    if (words.empty()) {
      continue;
    }
    if (words.size() != 2) {
      throw InputError({"no line of an image and its mask",
                        file.string() + ":" + std::to_string(number), "2 paths",
                        std::to_string(words.size())});
    }
    EntryTexts texts;
    texts.image = words[0];
    texts.mask = words[1];
    manifest.entries.push_back(checked_entry(texts, file.parent_path(), file, number));
  }
  return manifest;
}

}  // namespace jcs::data
