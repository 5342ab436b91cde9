#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/explain/activation_map.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/inference/classifier_runner.hpp"

namespace jcs::diagnosis {

/// Where the classifier looked in each of `slices`: normalised to 0 … 1, enlarged to what the
/// network saw and from there brought back to the slice.
std::vector<ActivationMap> activation_maps(const imaging::CtVolume& volume,
                                           std::span<const std::size_t> slices,
                                           inference::ClassifierRunner& classifier,
                                           explain::Reading reading, Progress& progress,
                                           const std::stop_token& stop);

}  // namespace jcs::diagnosis
