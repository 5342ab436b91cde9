#pragma once

#include <stop_token>

#include "jcs/core/progress.hpp"
#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Trains a slice classifier: cross-entropy against the label (1 positive, 0 negative) or, with
/// mixup, against the mixture of two (paper, equation 3); beside it, where asked for, the distance
/// of the activation map from the annotation (equation 4). The best weights are those with the
/// highest mean of sensitivity and specificity on the validation slices; scores are
/// `balanced_accuracy`, `sensitivity`, `specificity`, `accuracy`, the mean cross-entropy `loss`
/// and, where validation slices are annotated, `map_inside`: the share of the activation map's mass
/// that lies in the opacities, averaged over those slices.
/// `ranks`: the processes that share each batch; none: this one alone.
/// @throws InputError, WeightsError, UsageError, OutputError; Interrupted after a stop;
/// parallel::RankLost.
TrainingResult train_classifier(const ClassifierTrainingOptions& options,
                                const Invocation& invocation, const Observers& observers,
                                Progress& progress, const std::stop_token& stop,
                                parallel::Ranks* ranks = nullptr);

}  // namespace jcs::training
