#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jcs/cohort/run.hpp"
#include "jcs/cohort/table.hpp"
#include "jcs/core/output_lock.hpp"

#include "study_state.hpp"

namespace jcs::cohort {

/// What a run keeps in the cohort's folder.
class RunLog {
 public:
  /// Makes the folder and keeps other runs from this one's studies as long as it lives.
  /// @throws OutputError when it cannot be written, holds other files, or another run is at some of
  /// the studies
  RunLog(const std::vector<Study>& studies, const CohortOptions& options);

  /// Whether there is a whole result, made of these files with these settings.
  [[nodiscard]] bool done(const Study& study) const;
  /// Of a study that is done: whether its result has been delivered, if it is to be.
  [[nodiscard]] bool delivered(const Study& study) const;
  /// When the study was begun, if the run was killed during it.
  [[nodiscard]] std::optional<std::filesystem::file_time_type> broken_off(const Study& study) const;

  /// Notes that the study is under way. @returns what tells its files from others, for finish()
  [[nodiscard]] std::string begin(const Study& study) const;
  void finish(const Study& study, const std::string& files) const;
  /// Of a study that is done.
  void note_delivered(const Study& study) const;
  void note_undelivered(const Study& study, const std::string& error, ExitCode code) const;
  /// Notes the error, unless another process has done the study meanwhile.
  void fail(const Study& study, const std::string& error, ExitCode code) const;
  /// As if it had not begun.
  void forget(const Study& study) const;

  /// Makes cohort.csv and index.html anew; returns their rows.
  [[nodiscard]] std::vector<StudyRow> write_tables() const;

 private:
  [[nodiscard]] StudyState state(const Study& study, StudyState::Step step) const;
  [[nodiscard]] std::string receiver() const;

  const std::vector<Study>& studies_;
  const CohortOptions& options_;
  std::string digest_;
  /// See study_rows(). Looking at files takes long where there are many, so done() notes what it
  /// found for the tables.
  mutable std::map<std::string, std::string> outdated_;
  std::optional<OutputLock> lock_;
};

}  // namespace jcs::cohort
