#pragma once

#include <filesystem>
#include <optional>

#include "jcs/core/fields.hpp"
#include "jcs/diagnosis/threshold.hpp"
#include "jcs/explain/activation_map.hpp"

namespace jcs::diagnosis {

/// When a study's opacities are outlined.
enum class Segment {
  kAlways,
  kPositive,  ///< only when the verdict is positive: outlining costs far more than classifying
  kNever
};

struct DiagnosisOptions {
  /// Nothing: the classifier's own, 25 slices unless its weights say else.
  std::optional<Threshold> threshold = {};
  Segment segment = Segment::kPositive;
  int key_slices = 6;  ///< slices that get an activation map
  explain::Reading activation_map = explain::Reading::kRelease;
  std::filesystem::path folder = {};  ///< the study's; files are named relative to it in the result

  /// All but `threshold`, which is a text on the command line (see parse_threshold), and `folder`.
  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("segment", segment, "when opacities are outlined; positive: in positive patients",
             {{"always", Segment::kAlways},
              {"positive", Segment::kPositive},
              {"never", Segment::kNever}});
    v.field("key_slices", key_slices, "slices that are shown with an activation map",
            between(0, 24));
    v.choice("activation_map", activation_map, "the activation map's formula: paper's or release's",
             {{"paper", explain::Reading::kPaper}, {"release", explain::Reading::kRelease}});
  }
};

}  // namespace jcs::diagnosis
