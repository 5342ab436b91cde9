#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "jcs/cohort/study.hpp"

namespace jcs::cohort {

/// How a study stands, kept in state/NAME.json.
struct StudyState {
  enum class Step { kRunning, kDone, kFailed };
  Step step = Step::kRunning;
  std::string path;      ///< shown_path()
  std::string settings;  ///< SHA-256 of the settings
  std::string files;     ///< study_fingerprint() when it was begun
  std::string sent_to;   ///< Delivery::to of the last delivery of a result that is done
  std::string tried;     ///< and of the last that failed, which `error` is of then
  std::string error;     ///< one line: why it failed, or was not sent
  int exit_code = 0;
};

/// Where the parts of a cohort lie.
std::filesystem::path state_folder(const std::filesystem::path& cohort);
std::filesystem::path state_file(const std::filesystem::path& cohort, const Study& study);
std::filesystem::path result_folder(const std::filesystem::path& cohort, const Study& study);

/// Nothing when there is none, or none that can be read.
std::optional<StudyState> read_state(const std::filesystem::path& cohort, const Study& study);
/// @throws OutputError
void write_state(const std::filesystem::path& cohort, const Study& study, const StudyState& state);

/// Study::shown as valid UTF-8 on one line.
std::string shown_path(const Study& study);
/// What stands for the settings in a state.
std::string settings_digest(const std::string& settings);

/// Whether the state is that of this study with these settings, and done.
bool is_done(const std::optional<StudyState>& state, const Study& study, const std::string& digest);

}  // namespace jcs::cohort
