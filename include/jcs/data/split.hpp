#pragma once

#include <cstdint>
#include <stop_token>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

struct SplitOptions {
  double validation = 0.2;  ///< share of the patients
  double test = 0.0;        ///< share of the patients; 0: no test set
  std::int64_t seed = 1;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("validation", validation, "share of the patients kept for validation", between(0, 1));
    v.field("test", test, "share of the patients kept for a test; 0: none", between(0, 1));
    v.field("seed", seed, "decides which patients", at_least(0));
  }
};

/// Three parts of a manifest; entries keep their order. Each carries the manifest's file name.
struct Split {
  Manifest training, validation, test;
};

/// Divides a manifest so that no patient and no picture stands in two parts. Entries of one patient
/// stay together, and so do those of one file or of files with the same content, whatever patient
/// they name; an entry without a patient is otherwise a patient of its own. Patients with any
/// positive slice (label 1, or a mask where there is no label) and those without are divided each
/// by the shares, and so are those of each source. Depends on the manifest and the seed alone.
/// `threads` read the images to compare them; 0: one per core.
/// @throws UsageError for shares that leave no training patient; InputError when there are fewer
/// patients than parts, or an image cannot be read; Interrupted.
Split split_by_patient(const Manifest& manifest, const SplitOptions& options, int threads = 0,
                       Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::data
