#pragma once

#include <cstdint>

#include "jcs/data/slice_dataset.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Warns of settings that change nothing, or much more or less than they look.
/// @param iterations steps of the whole run
void warn_of_settings(const TrainingSetup& setup, const data::SliceDataset& slices,
                      std::int64_t iterations);

}  // namespace jcs::training
