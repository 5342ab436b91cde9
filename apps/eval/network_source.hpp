#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/inference/runner_options.hpp"

#include "common/app.hpp"

namespace jcs::app {

/// Which network is evaluated on what, as the command line says.
struct NetworkArguments {
  std::filesystem::path run, weights, manifest, trained_on;
  bool allow_overlap = false;
  std::string device = "auto";
  /// Figures that are compared from machine to machine are computed alike.
  inference::Precision precision = inference::Precision::kFp32;
  int threads = 0;
  int batch = 0;
};
void add_network_arguments(App& app, NetworkArguments& arguments);

/// Where and in what portions a recorded measurement is made again: as given on the command line,
/// else as recorded.
void measure_where_told(App& app, const NetworkArguments& given, NetworkArguments& recorded);

inference::RunnerOptions runner_options(const NetworkArguments& arguments);

/// What a run's folder says of the data that it was trained on and validated with.
struct RunData {
  std::filesystem::path train, validation;
};

/// The files that say what is evaluated; some are empty or not there.
std::vector<std::filesystem::path> files_of(const NetworkArguments& arguments,
                                            const RunData& run_data);

/// Fills in from the run's folder what was not named: the best weights, the validation manifest,
/// the training manifest. @throws UsageError, InputError
void complete(NetworkArguments& arguments, const RunData& run_data);

/// Refuses data that the network was trained on. Returns what was found out: `none`, `allowed`
/// (there is some, and the user goes on knowingly), `not checked` (nobody said what it was trained
/// on, or of studies without a patient's name it cannot be known, or the list is not the one whose
/// hash the weights carry and the user goes on knowingly; this is logged). `provenance` is what the
/// weights say of their training.
/// @throws InputError also for a list of another hash than the weights carry.
std::string check_overlap(const NetworkArguments& arguments, const data::Manifest& manifest,
                          const nlohmann::json& provenance, Progress& progress,
                          const std::stop_token& stop);

}  // namespace jcs::app
