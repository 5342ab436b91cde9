#include "jcs/diagnosis/diagnose.hpp"

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/diagnosis/classify.hpp"
#include "jcs/diagnosis/findings/key_slices.hpp"
#include "jcs/diagnosis/findings/lung_opacities.hpp"
#include "jcs/diagnosis/findings/measure.hpp"
#include "jcs/diagnosis/findings/suitability.hpp"
#include "jcs/diagnosis/gate.hpp"
#include "jcs/diagnosis/measure.hpp"
#include "jcs/diagnosis/segment.hpp"
#include "jcs/diagnosis/segment_region.hpp"
#include "jcs/imaging/lungs.hpp"
#include "jcs/inference/architecture.hpp"

#include "activation_maps.hpp"
#include "as_network.hpp"

namespace jcs::diagnosis {

namespace {

using imaging::CtVolume;
using inference::ClassifierRunner;
using inference::SegmenterRunner;

std::string named(const std::filesystem::path& file, const std::filesystem::path& folder) {
  if (folder.empty()) {
    return file.string();
  }
  const std::filesystem::path relative = file.lexically_relative(folder);
  return (relative.empty() ? file.filename() : relative).string();
}

// Whoever read the volume said what it lacks; what follows from that for the result is said here.
void warn_of_volume(const CtVolume& volume, CaseResult& result) {
  result.warnings = volume.warnings;
  if (volume.pixel_area_mm2() > 0.0 && volume.slice_spacing_mm <= 0.0) {
    result.warnings.emplace_back("The distance of the slices is not known: there is no volume.");
  }
  if (std::optional<std::string> warning = gap_warning(volume)) {
    result.warnings.push_back(std::move(*warning));
  }
}

void take_slices(const CtVolume& volume, std::span<const double> probabilities,
                 double slice_probability, const std::filesystem::path& folder,
                 CaseResult& result) {
  for (std::size_t i = 0; i < volume.slice_count(); ++i) {
    SliceResult& slice = result.slices.emplace_back();
    slice.file = named(volume.slices[i].file, folder);
    slice.sop_instance_uid = volume.slices[i].sop_instance_uid;
    slice.location_mm = volume.slices[i].location_mm;
    slice.probability = probabilities[i];
    slice.positive = probabilities[i] > slice_probability;
  }
}

void take_gate(Gate gate, const Threshold& threshold, CaseResult& result) {
  result.verdict = gate.verdict;
  result.threshold = gate.threshold;
  result.threshold_fraction = threshold.fraction;
  result.positive_slices = gate.positive_slices;
  result.warnings.insert(result.warnings.end(), gate.warnings.begin(), gate.warnings.end());
}

// Networks answer whatever they are shown. Of a series that is no chest CT the answer means
// nothing.
void take_concerns(const CtVolume& volume, CaseResult& result) {
  result.concerns = suitability(volume, result.lung_mask);
  for (const Concern& concern : result.concerns) {
    result.warnings.push_back(concern.text);
    if (concern.decisive) result.verdict = Verdict::kUndetermined;
  }
}

bool wants_segmentation(Segment when, Verdict verdict) {
  return when == Segment::kAlways || (when == Segment::kPositive && verdict == Verdict::kPositive);
}

// A volume of opacities that were not looked for everywhere must not look like one that were.
void warn_of_region(SegmentWhere where, const SegmentRegion& region, CaseResult& result) {
  if (where == SegmentWhere::kAll) return;
  if (where == SegmentWhere::kLung && result.lung_mask.empty()) {
    result.warnings.emplace_back("Lungs were not found, so opacities were outlined in all slices.");
    return;
  }
  const std::string which = where == SegmentWhere::kLung
                                ? "those with lung, around the lungs"
                                : "those called positive and their neighbours";
  result.warnings.push_back("Opacities were outlined in " + std::to_string(region.slices.size()) +
                            " of " + std::to_string(result.slices.size()) + " slices: " + which +
                            "; elsewhere none were looked for.");
}

}  // namespace

CaseResult diagnose(const CtVolume& volume, ClassifierRunner& classifier,
                    SegmenterRunner* segmenter, const DiagnosisOptions& options, Progress& progress,
                    const std::stop_token& stop) {
  if (segmenter == nullptr && options.segment != Segment::kNever) {
    throw UsageError({"opacities cannot be outlined without a segmenter", "segment", "never"});
  }
  CaseResult result;
  result.device = classifier.device().str();
  result.precision = inference::name(classifier.precision());
  result.weights.push_back({"classifier", classifier.file(), classifier.sha256(),
                            inference::architecture(classifier.card().classifier)});
  warn_of_volume(volume, result);

  const auto timed = [&result](const char* stage, const auto& work) {
    const Stopwatch watch;
    work();
    result.timing.push_back({stage, watch.seconds()});
  };

  // Lungs are sought beside the classification, which leaves cores idle at its beginning and end,
  // and on a GPU all the time. Without a thread to be had it comes behind it.
  std::future<imaging::Lungs> looking_for_lungs =
      std::async([&] { return imaging::find_lungs(volume, stop); });

  const weights::DecisionThresholds& thresholds = classifier.card().thresholds;
  const Threshold threshold =
      options.threshold.value_or(Threshold{thresholds.positive_slices, std::nullopt});
  result.slice_probability = thresholds.slice_probability;
  timed("classify", [&] {
    const std::vector<double> probabilities =
        classify_slices(volume, as_network(classifier), progress, stop);
    take_slices(volume, probabilities, thresholds.slice_probability, options.folder, result);
    take_gate(gate(probabilities, threshold, thresholds.slice_probability), threshold, result);
  });

  std::string no_lungs;
  timed("lungs", [&] {
    imaging::Lungs lungs = looking_for_lungs.get();
    result.lung_mask = std::move(lungs.mask);
    no_lungs = std::move(lungs.missing);
    take_concerns(volume, result);
  });

  if (options.on_verdict) options.on_verdict(result);

  if (wants_segmentation(options.segment, result.verdict)) {
    timed("segment", [&] {
      const SegmentRegion region =
          segment_region(options.segment_where, volume, result.lung_mask, result.slices);
      result.pixel_probability = segmenter->card().thresholds.pixel_probability;
      result.opacity_mask = segment_slices(volume, as_network(*segmenter),
                                           *result.pixel_probability, region, progress, stop);
      result.segmented = true;
      measure_opacities(volume, region.slices, result);
      warn_of_region(options.segment_where, region, result);
    });
    result.weights.push_back({segmenter->fused() ? "joint" : "segmenter", segmenter->file(),
                              segmenter->sha256(),
                              inference::architecture(segmenter->card().segmenter)});
  }

  timed("findings", [&] {
    take_opacities_into_lungs(volume, result.lung_mask, result.opacity_mask);
    result.findings = measure_findings(volume, result.lung_mask, result.opacity_mask);
    result.findings.no_lungs = std::move(no_lungs);
  });

  if (options.key_slices > 0) {
    timed("activation maps", [&] {
      result.activation_maps = activation_maps(
          volume, key_slices(result.slices, result.findings.lesions, options.key_slices),
          classifier, options.activation_map, progress, stop);
    });
    result.activation_reading =
        options.activation_map == explain::Reading::kPaper ? "paper" : "release";
  }
  return result;
}

}  // namespace jcs::diagnosis
