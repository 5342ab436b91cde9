#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/cohort/shard.hpp"
#include "jcs/cohort/study.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/progress.hpp"

namespace jcs::cohort {

// What a cohort leaves in its folder
//
//   cohort.csv             one row a study: see table.hpp
//   index.html             the same for people, with links to the reports: see page.hpp
//   studies/NAME/          the result of a study, whole or not there
//   state/NAME.json        whether it is done, of which files with which settings, and sent, or
//                          why not
//
// All files are written whole. No two studies share a file but cohort.csv and index.html, which
// every run makes anew from all that is there, so any number of shards may run at once. A run that
// would do studies of one that is under way is refused (see OutputLock for what that rests on).

/// Where results go that are whole, an archive for one.
struct Delivery {
  std::string to;  ///< what tells the receiver from others
  /// Sends the result in `folder`. Throws an error where that fails.
  std::function<void(const Study& study, const std::filesystem::path& folder)> send;
};

struct CohortOptions {
  std::filesystem::path folder;  ///< of the cohort; made where it is missing
  std::string settings;  ///< all that a result depends on but the study: options, weights' hashes.
                         ///< Results made with other settings, or of files that are others or
                         ///< have changed since (names, sizes, times), are made again.
  Shard shard;           ///< the part of the studies to run
  std::optional<Delivery> delivery = std::nullopt;  ///< without one nothing is sent
  bool paths = true;  ///< cohort.csv and index.html may hold paths and errors' texts, which
                      ///< often name patients; state/ always does
};

struct CohortSummary {
  std::size_t studies = 0;                        ///< in all shards
  std::size_t done = 0, failed = 0, pending = 0;  ///< of them
  std::size_t unsent = 0;                         ///< of them: diagnosed, and not delivered
  std::size_t ran = 0;                            ///< studies that this run finished or saw fail
  std::size_t skipped = 0;                        ///< studies of this shard that were done before
  /// Of this run: kDone when none of its studies failed or stayed unsent, the exit code of its
  /// failures where they share one, else kUnforeseen.
  ExitCode code = ExitCode::kDone;
};

/// Diagnoses one study into `folder`, which must appear whole or not at all (an AtomicFolder that
/// may replace an earlier result). An error that it throws is recorded as the study's, the run goes
/// on with the next; Interrupted ends the run, and so does a GPU that failed (see
/// device_failure()).
using DiagnoseStudy = std::function<void(const Study& study, const std::filesystem::path& folder,
                                         Progress& progress)>;

/// Runs the studies of a shard one after the other, those that are done already left out, those
/// that failed tried again. A result is delivered once it lies in its folder; where that fails it
/// stays there, and only the delivery is tried again by the next run, as it is for results of
/// earlier runs that delivered nothing, or to another receiver. Studies during which an earlier run
/// was killed come last, so that one study that ends the program does not keep the others from
/// being done.
/// @param studies all of them, whatever the shard, sorted by name
/// @param progress sees the stages of each study, told apart by its number and name
/// @throws OutputError when the folder cannot be written or holds other files, or when another run
/// is at studies of this shard
/// @throws Interrupted when a stop was asked for: what is done stays done, the same call goes on
/// @throws DeviceFailure when the GPU failed: likewise; the study under way comes last then
CohortSummary run_cohort(const std::vector<Study>& studies, const CohortOptions& options,
                         const DiagnoseStudy& diagnose, Progress& progress = no_progress(),
                         const std::stop_token& stop = {});

}  // namespace jcs::cohort
