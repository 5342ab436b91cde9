#include "jcs/data/collections.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::data {

std::span<const Collection> collections() {
  static constexpr std::array<Collection, 6> kAll{{
      {"covid-19-ct100", "COVID-19-CT100: 100 PNG slices with masks, 79 of them in train.txt",
       list_covid_19_ct100},
      {"covid-19-ct-seg", "COVID-19-CT-Seg: 20 NIfTI volumes with masks", list_covid_19_ct_seg},
      {"mosmeddata", "MosMedData: 1110 NIfTI volumes, 50 with masks", list_mosmeddata},
      {"covid-ct-md", "COVID-CT-MD: DICOM series of 305 patients", list_covid_ct_md},
      {"covid-ct", "COVID-CT: figures of articles", list_covid_ct},
      {"sars-cov-2-ct", "SARS-CoV-2-CT: PNG slices with and without COVID-19", list_sars_cov_2_ct},
  }};
  return kAll;
}

const Collection& collection(std::string_view kind) {
  const auto all = collections();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Collection& one) { return one.kind == kind; });
  if (found == all.end()) {
    std::vector<std::string> kinds;
    for (const Collection& one : all) {
      kinds.emplace_back(one.kind);
    }
    throw UsageError({"no known data set", {}, joined(kinds), "'" + std::string(kind) + "'"});
  }
  return *found;
}

}  // namespace jcs::data
