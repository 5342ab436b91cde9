#include "eval/people.hpp"

#include <system_error>

namespace jcs::app {

namespace fs = std::filesystem;

People people_of(const data::Manifest& manifest) {
  People people;
  for (const data::ManifestEntry& entry : manifest.entries) {
    if (!entry.patient.empty()) {
      people.patients.insert(entry.patient);
    }
    std::error_code error;
    if (fs::is_directory(entry.image, error)) {
      const fs::path study = fs::canonical(entry.image, error);
      people.studies.insert(error ? entry.image : study);
      if (entry.patient.empty()) people.unnamed.insert(entry.image.filename().string());
    }
  }
  return people;
}

People people_of(const std::vector<evaluation::SlicePrediction>& predictions) {
  People people;
  for (const evaluation::SlicePrediction& slice : predictions) {
    if (!slice.patient.empty()) {
      people.patients.insert(slice.patient);
    }
  }
  return people;
}

bool cannot_be_compared(const People& first, const People& second) {
  return (!first.unnamed.empty() && !second.patients.empty()) ||
         (!second.unnamed.empty() && !first.patients.empty());
}

}  // namespace jcs::app
