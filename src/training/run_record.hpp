#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/training/checkpoint.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/training/training_loop.hpp"

#include "stepper.hpp"

namespace jcs::training {

/// What to give again to go on: `the same command`, without the option that would start anew.
std::string command_to_go_on(const Invocation& invocation);

/// What `run.json` says: how the run was started, on what, and what came of it; once it is complete
/// also the hashes of its weights.
nlohmann::json run_record(const TrainingSetup& setup, const RunState& state, bool complete,
                          const RunFolder& folder);

/// The epoch that a file of weights says it is of; 0 where it says none or cannot be read.
std::int64_t epoch_of(const std::filesystem::path& weights);

/// The scores, with those that are no finite numbers taken for undefined.
Scores finite(Scores scores);

/// What the weights of an epoch say of their origin.
nlohmann::json provenance_of(const TrainingSetup& setup, const EpochRecord& record);

/// The validation figure that chooses the best weights. @throws UsageError when there is none of
/// that name.
const std::pair<std::string, std::optional<double>>& best_figure(const Scores& scores,
                                                                 const std::string& name);

/// @throws UsageError when `name` is none of the figures.
void require_figure(const std::vector<std::string>& figures, const std::string& name);

/// Sees that the data are those that a run began with, as far as both say. @throws InputError
void require_same_data(const nlohmann::json& now, const nlohmann::json& then);

/// The refusal of a step whose loss or gradient is not finite: step, files, last good checkpoint.
UsageError not_finite(const Stepper::Outcome& outcome, const data::SliceDataset& slices,
                      std::int64_t iteration, const RunFolder& folder);

}  // namespace jcs::training
