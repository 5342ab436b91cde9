#pragma once

#include <stop_token>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/diagnosis/networks.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Looks at every slice. The classifier answers with logits [N, 2] (0 uninfected, 1 COVID-19).
/// @return the probability of class 1 for each slice, 0 … 1
/// @throws WeightsError when an answer is no number, InputError when the slices do not fit the
/// network's input, Interrupted when a stop was asked for.
std::vector<double> classify_slices(const imaging::CtVolume& volume, const SliceNetwork& classifier,
                                    Progress& progress = no_progress(),
                                    const std::stop_token& stop = {});

}  // namespace jcs::diagnosis
