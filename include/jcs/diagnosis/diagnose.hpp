#pragma once

#include <stop_token>

#include "jcs/core/progress.hpp"
#include "jcs/diagnosis/options.hpp"
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"

namespace jcs::diagnosis {

/// The JCS pipeline (paper §III): classify every slice, count the positive ones, and, where the
/// gate or the options say so, outline the opacities of every slice and measure them; activation
/// maps of the slices that matter come last. Beyond the paper, the lungs are found and the
/// opacities described in clinical terms, and a series that is no chest CT gets no verdict (see
/// findings/suitability.hpp): the networks would answer for it, too. The result carries the
/// volume's warnings, its own, and the seconds that each stage took; lungs are sought beside the
/// classification, and their time is what they took longer.
///
/// Memory beyond the volume: two batches, where a GPU computes two more, what the networks need for
/// one, and one byte a voxel for each of the masks, that of the lungs and, where opacities are
/// outlined, theirs.
///
/// @param segmenter not needed (nullptr) when the options never segment
/// @throws UsageError when segmentation may be wanted and there is no segmenter
/// @throws WeightsError when a network's answer is no number: never a verdict from such weights
/// @throws InputError when the slices do not fit a network's input; Interrupted
CaseResult diagnose(const imaging::CtVolume& volume, inference::ClassifierRunner& classifier,
                    inference::SegmenterRunner* segmenter, const DiagnosisOptions& options = {},
                    Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::diagnosis
