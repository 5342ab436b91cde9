#include <string>

#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

Manifest list_sars_cov_2_ct(const std::filesystem::path& folder, Progress& progress,
                            const std::stop_token& stop) {
  constexpr const char* kName = "SARS-CoV-2-CT";
  const auto nobody = [](const std::filesystem::path&) { return std::string(); };
  Manifest manifest{folder, {}};
  ManifestEntry like;
  like.source = kName;
  progress.update("folders", 0, 2);
  like.label = 1;
  add_pictures(manifest, folder_of(folder, {"COVID"}, kName), like, nobody);
  throw_if_stopped(stop);
  progress.update("folders", 1, 2);
  like.label = 0;
  add_pictures(manifest, folder_of(folder, {"non-COVID"}, kName), like, nobody);
  return filled(std::move(manifest), kName);
}

}  // namespace jcs::data
