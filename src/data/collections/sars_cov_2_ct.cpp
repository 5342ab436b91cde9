#include <string>

#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

Manifest list_sars_cov_2_ct(const std::filesystem::path& folder, Progress& progress,
                            const std::stop_token& stop) {
  constexpr const char* kName = "SARS-CoV-2-CT";
  Manifest manifest{folder, {}};
  add_pictures(manifest, folder_of(folder, {"COVID"}, kName), labelled(1, kName), nobody);
  progress.update("folders", 1, 2);
  throw_if_stopped(stop);
  add_pictures(manifest, folder_of(folder, {"non-COVID"}, kName), labelled(0, kName), nobody);
  return filled(std::move(manifest), kName);
}

}  // namespace jcs::data
