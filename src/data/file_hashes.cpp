#include "file_hashes.hpp"

#include <atomic>
#include <vector>

#include "jcs/core/hash.hpp"
#include "jcs/core/parallel.hpp"

namespace jcs::data {

std::map<std::filesystem::path, std::string> image_hashes(
    std::initializer_list<const Manifest*> manifests, int threads, Progress& progress,
    const std::stop_token& stop) {
  std::map<std::filesystem::path, std::string> hashes;
  for (const Manifest* manifest : manifests) {
    for (const ManifestEntry& entry : manifest->entries) {
      hashes.try_emplace(entry.image);
    }
  }
  std::vector<std::pair<const std::filesystem::path, std::string>*> files;
  files.reserve(hashes.size());
  for (auto& file : hashes) {
    files.push_back(&file);
  }
  std::atomic<std::size_t> done{0};
  parallel_for(files.size(), threads, stop, [&](std::size_t i) {
    files[i]->second = sha256_file(files[i]->first);
    progress.update("comparing files", done.fetch_add(1) + 1, files.size());
  });
  return hashes;
}

}  // namespace jcs::data
