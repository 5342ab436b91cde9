#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "jcs/core/fields.hpp"
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/diagnosis/threshold.hpp"
#include "jcs/explain/activation_map.hpp"

namespace jcs::diagnosis {

/// When a study's opacities are outlined.
enum class Segment {
  kAlways,
  kPositive,  ///< only when the verdict is positive: outlining costs far more than classifying
  kNever
};

/// In which slices opacities are outlined.
enum class SegmentWhere {
  kAll,        ///< in all, as in the paper
  kLung,       ///< in those with lung, and there in the lungs' surroundings alone
  kSuspicious  ///< in those that the classifier calls positive and their neighbours
};

struct DiagnosisOptions {
  /// Nothing: the classifier's own, 25 slices unless its weights say else.
  std::optional<Threshold> threshold = {};
  Segment segment = Segment::kPositive;
  SegmentWhere segment_where = SegmentWhere::kAll;
  int key_slices = 6;  ///< slices that get an activation map
  explain::Reading activation_map = explain::Reading::kRelease;
  std::filesystem::path folder = {};  ///< the study's; files are named relative to it in the result
  /// Called once with the result as far as it is known when its verdict is: all but opacities,
  /// findings and activation maps, which may take far longer. What it throws ends the diagnosis.
  std::function<void(const CaseResult&)> on_verdict = {};

  /// All but `threshold`, which is a text on the command line (see parse_threshold), `folder` and
  /// `on_verdict`.
  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("segment", segment, "when opacities are outlined; positive: in positive patients",
             {{"always", Segment::kAlways},
              {"positive", Segment::kPositive},
              {"never", Segment::kNever}});
    v.choice("segment_where", segment_where,
             "slices that opacities are outlined in: all; lung: those with lung, in the lungs' "
             "surroundings; suspicious: those called positive and their neighbours",
             {{"all", SegmentWhere::kAll},
              {"lung", SegmentWhere::kLung},
              {"suspicious", SegmentWhere::kSuspicious}});
    v.field("key_slices", key_slices, "slices that are shown with an activation map",
            between(0, 24));
    v.choice("activation_map", activation_map, "the activation map's formula: paper's or release's",
             {{"paper", explain::Reading::kPaper}, {"release", explain::Reading::kRelease}});
  }
};

}  // namespace jcs::diagnosis
