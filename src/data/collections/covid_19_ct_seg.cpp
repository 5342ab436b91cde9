#include <string>

#include "jcs/core/error.hpp"
#include "jcs/data/collections.hpp"
#include "jcs/imaging/nifti.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCovid19CtSeg = "COVID-19-CT-Seg";
constexpr int kInfection = 3;  // in Lung_and_Infection_Mask; 1 and 2 are the lungs

// `radiopaedia_10_85902_1`: the second series of study 85902 of case 10.
std::string patient_of(const std::string& stem) {
  const std::size_t first = stem.find('_');
  return first == std::string::npos ? stem : stem.substr(0, stem.find('_', first + 1));
}

}  // namespace

Manifest list_covid_19_ct_seg(const fs::path& folder, Progress& progress,
                              const std::stop_token& stop) {
  const fs::path volumes = folder_of(folder, {"COVID-19-CT-Seg_20cases"}, kCovid19CtSeg);
  const auto infection = find_folder(folder, {"Infection_Mask"});
  const fs::path masks =
      infection ? *infection
                : folder_of(folder, {"Infection_Mask", "Lung_and_Infection_Mask"}, kCovid19CtSeg);
  Manifest manifest{folder, {}};
  const auto files = files_in(volumes, imaging::named_like_nifti);
  for (std::size_t i = 0; i < files.size(); ++i) {
    progress.update("volumes", i, files.size());
    ManifestEntry like;
    like.image = files[i];
    like.mask = masks / files[i].filename();
    std::error_code ignored;
    if (!fs::is_regular_file(like.mask, ignored)) {
      throw InputError({"the volume has no mask", files[i].string(), like.mask.string()});
    }
    if (!infection) {
      like.mask_value = kInfection;
    }
    like.patient = patient_of(stem_of_nifti(files[i]));
    like.source = kCovid19CtSeg;
    add_volume(manifest, like, stop);
  }
  return filled(std::move(manifest), kCovid19CtSeg);
}

}  // namespace jcs::data
