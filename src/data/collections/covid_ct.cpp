#include <regex>
#include <string>

#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCovidCt = "COVID-CT";

// `2020.02.22.20024927-p18-66%2.png` is a part of figure 66 on page 18 of an article. Others are
// named after what a publisher calls the article and its figure: `kjr-21-e24-g001-l-a.jpg`,
// `PIIS0140673620303603%0.png`. Titles hold `-p` and numbers as well, so the last page counts and
// nothing is cut but what stands behind the figure's own mark.
std::string article_of(const fs::path& picture) {
  static const std::regex page("^(.+)-p[0-9]+-");
  static const std::regex figure("^(.+)(-g[0-9]{3}|-gr[0-9]|[.-][Ff]ig-?[0-9])");
  static const std::regex part("^(.+)%[0-9]+$");
  const std::string stem = picture.stem().string();
  std::smatch found;
  for (const std::regex* mark : {&page, &figure, &part}) {
    if (std::regex_search(stem, found, *mark)) {
      return found[1].str();
    }
  }
  return stem;
}

}  // namespace

Manifest list_covid_ct(const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  const fs::path pictures = find_folder(folder, {"Images-processed"}).value_or(folder);
  Manifest manifest{folder, {}};
  add_pictures(manifest, folder_of(pictures, {"CT_COVID"}, kCovidCt), labelled(1, kCovidCt),
               article_of);
  progress.update("folders", 1, 2);
  throw_if_stopped(stop);
  add_pictures(manifest, folder_of(pictures, {"CT_NonCOVID"}, kCovidCt), labelled(0, kCovidCt),
               nobody);
  return filled(std::move(manifest), kCovidCt);
}

}  // namespace jcs::data
