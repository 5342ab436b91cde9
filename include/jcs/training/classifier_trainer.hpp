#pragma once

#include <stop_token>
#include <string>

#include "jcs/core/progress.hpp"
#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Trains a slice classifier: cross-entropy against the label (1 positive, 0 negative). The best
/// weights are those with the highest mean of sensitivity and specificity on the validation slices;
/// scores are `balanced_accuracy`, `sensitivity`, `specificity`, `accuracy` and the mean
/// cross-entropy `loss`. `configuration`: the effective options as text, kept with the run.
/// @throws InputError, WeightsError, UsageError, OutputError; Interrupted after a stop.
TrainingResult train_classifier(const ClassifierTrainingOptions& options,
                                const std::string& configuration, const Observers& observers,
                                Progress& progress, const std::stop_token& stop);

}  // namespace jcs::training
