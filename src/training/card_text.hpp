#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jcs/data/manifest.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// `61 slices (61 positive, 0 negative, 61 annotated) of 61 patients`
std::string facts_of(const std::vector<data::ManifestEntry>& entries);

/// The model card in Markdown: what the network is for, what it learned from, its validation
/// figures with intervals, and what it must not be used for.
std::string card_text(const TrainingSetup& setup, const EpochRecord& record,
                      const std::vector<ScoreInterval>& intervals, std::size_t step_slices);

}  // namespace jcs::training
