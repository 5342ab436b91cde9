#pragma once

#include <stop_token>

#include "jcs/core/progress.hpp"
#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Trains a segmenter with deep supervision (paper, equation 6): the sum of the losses of all side
/// outputs; networks of Table VII with their own losses (segmentation_losses.hpp). The best weights
/// are those with the highest mean Dice of the validation slices at threshold ½; scores are `dice`,
/// `iou`, the E-measures `e_mean` and `e_adaptive` (means over the slices), `pooled_dice`,
/// `sensitivity` and `specificity` (over all pixels). `ranks`: the processes that share each batch;
/// none: this one alone.
/// @throws InputError, WeightsError, UsageError, OutputError; Interrupted after a stop;
/// parallel::RankLost.
TrainingResult train_segmenter(const SegmenterTrainingOptions& options,
                               const Invocation& invocation, const Observers& observers,
                               Progress& progress, const std::stop_token& stop,
                               parallel::Ranks* ranks = nullptr);

}  // namespace jcs::training
