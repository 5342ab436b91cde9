#include <opencv2/core.hpp>

#include "jcs/core/error.hpp"
#include "jcs/data/collections.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::data {

Manifest list_covid_19_ct100(const std::filesystem::path& folder, Progress& progress,
                             const std::stop_token& stop) {
  const std::filesystem::path list = folder / "train.txt";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(list, ignored)) {
    throw InputError({"is not laid out like COVID-19-CT100", folder.string(), "a file train.txt"});
  }
  Manifest manifest = read_manifest(list);
  manifest.file = folder;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    throw_if_stopped(stop);
    progress.update("masks", i, manifest.entries.size());
    ManifestEntry& entry = manifest.entries[i];
    entry.source = "COVID-19-CT100";
    entry.label = cv::countNonZero(imaging::read_mask(entry.mask)) > 0 ? 1 : 0;
  }
  return manifest;
}

}  // namespace jcs::data
