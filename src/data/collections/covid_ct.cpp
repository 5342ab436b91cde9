#include <string>

#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "COVID-CT";

// `2020.02.22.20024927-p18-66%2.png` is a part of figure 66 on page 18 of an article.
std::string article_of(const fs::path& picture) {
  const std::string stem = picture.stem().string();
  return stem.substr(0, stem.find("-p"));
}

}  // namespace

Manifest list_covid_ct(const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  const fs::path pictures = find_folder(folder, {"Images-processed"}).value_or(folder);
  Manifest manifest{folder, {}};
  add_pictures(manifest, folder_of(pictures, {"CT_COVID"}, kName), labelled(1, kName), article_of);
  progress.update("folders", 1, 2);
  throw_if_stopped(stop);
  add_pictures(manifest, folder_of(pictures, {"CT_NonCOVID"}, kName), labelled(0, kName), nobody);
  return filled(std::move(manifest), kName);
}

}  // namespace jcs::data
