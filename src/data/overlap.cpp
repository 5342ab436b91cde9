#include "jcs/data/overlap.hpp"

#include <map>
#include <set>

#include "jcs/core/error.hpp"

#include "file_hashes.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

std::set<std::string> patients_of(const Manifest& manifest) {
  std::set<std::string> patients;
  for (const ManifestEntry& entry : manifest.entries) {
    if (!entry.patient.empty()) {
      patients.insert(entry.patient);
    }
  }
  return patients;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

Overlap find_overlap(const Manifest& first, const Manifest& second, int threads, Progress& progress,
                     const std::stop_token& stop) {
  Overlap overlap;
  const std::set<std::string> others = patients_of(second);
  for (const std::string& patient : patients_of(first)) {
    if (others.contains(patient)) {
      overlap.patients.push_back(patient);
    }
  }
  const auto hashes = image_hashes({&first, &second}, threads, progress, stop);
  std::map<std::string, fs::path> contents;
  for (const ManifestEntry& entry : second.entries) {
    contents.try_emplace(hashes.at(entry.image), entry.image);
  }
  std::set<fs::path> seen;
  for (const ManifestEntry& entry : first.entries) {
    const auto same = contents.find(hashes.at(entry.image));
    if (same != contents.end() && seen.insert(entry.image).second) {
      overlap.pictures.push_back({entry.image, same->second});
    }
  }
  return overlap;
}

void refuse_overlap(const Manifest& training, const Manifest& validation, int threads,
                    Progress& progress, const std::stop_token& stop, const std::string& remedy) {
  const Overlap overlap = find_overlap(training, validation, threads, progress, stop);
  if (overlap.empty()) {
    return;
  }
  std::string first;
  if (!overlap.patients.empty()) {
    first = "patient '" + overlap.patients.front() + "'";
  } else {
    const SamePicture& same = overlap.pictures.front();
    first = same.first.string() + (same.first == same.second ? "" : " = " + same.second.string());
  }
  throw InputError({"stands in " + training.file.string() + " too: " + first,
                    validation.file.string(),
                    "patients and pictures on one side only" +
                        (remedy.empty() ? "" : "; " + remedy + " goes on knowingly"),
                    counted(overlap.patients.size(), "patient", "patients") + " and " +
                        counted(overlap.pictures.size(), "picture", "pictures") + " on both"});
}

}  // namespace jcs::data
