#include "run_log.hpp"

#include <nlohmann/json.hpp>

#include "jcs/cohort/page.hpp"
#include "jcs/core/atomic_file.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"

#include "shard_lock.hpp"
#include "study_fingerprint.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

void require_ours(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    return;
  }
  if (!fs::is_directory(status)) {
    throw OutputError({"is in the way of the cohort's folder", folder.string()});
  }
  const bool empty = fs::is_empty(folder, error);
  if (error) {
    throw OutputError({"cannot be looked into: " + error.message(), folder.string()});
  }
  if (!empty && !fs::is_directory(state_folder(folder), error)) {
    throw OutputError({"exists and holds files that are not an earlier cohort", folder.string()});
  }
}

}  // namespace

RunLog::RunLog(const std::vector<Study>& studies, const CohortOptions& options)
    : studies_(studies), options_(options), digest_(settings_digest(options.settings)) {
  require_ours(options.folder);
  for (const fs::path& part : {state_folder(options.folder), options.folder / "studies"}) {
    std::error_code error;
    fs::create_directories(part, error);
    if (error) {
      throw OutputError({"cannot be created: " + error.message(), part.string()});
    }
  }
  lock_.emplace(lock_shard(options.folder, options.shard));
}

bool RunLog::done(const Study& study) const {
  const auto state = read_state(options_.folder, study);
  if (!is_done(state, study, digest_)) {
    return false;
  }
  if (state->files != study_fingerprint(study.path, options_.folder)) {
    outdated_[study.name] = state->files;
    return false;
  }
  outdated_.erase(study.name);
  const fs::path result = result_folder(options_.folder, study) / "result.json";
  return parsed_json<nlohmann::json>(text_if_there(result, ExitCode::kOutput)).is_object();
}

std::string RunLog::receiver() const { return options_.delivery ? options_.delivery->to : ""; }

bool RunLog::delivered(const Study& study) const {
  if (!options_.delivery) return true;
  const auto state = read_state(options_.folder, study);
  return state && state->sent_to == receiver();
}

std::optional<fs::file_time_type> RunLog::broken_off(const Study& study) const {
  const auto state = read_state(options_.folder, study);
  if (!state || state->step != StudyState::Step::kRunning) return std::nullopt;
  std::error_code error;
  const auto begun = fs::last_write_time(state_file(options_.folder, study), error);
  return error ? fs::file_time_type::min() : begun;
}

StudyState RunLog::state(const Study& study, StudyState::Step step) const {
  return {.step = step,
          .path = shown_path(study),
          .settings = digest_,
          .files = {},
          .sent_to = {},
          .tried = {},
          .error = {}};
}

std::string RunLog::begin(const Study& study) const {
  StudyState running = state(study, StudyState::Step::kRunning);
  running.files = study_fingerprint(study.path, options_.folder);
  write_state(options_.folder, study, running);
  return running.files;
}

// Those of the beginning: what changed while it was read may not be in the result.
void RunLog::finish(const Study& study, const std::string& files) const {
  StudyState finished = state(study, StudyState::Step::kDone);
  finished.files = files;
  write_state(options_.folder, study, finished);
  outdated_.erase(study.name);
}

void RunLog::note_delivered(const Study& study) const {
  if (auto finished = read_state(options_.folder, study)) {
    finished->sent_to = receiver();
    finished->tried.clear();
    finished->error.clear();
    finished->exit_code = 0;
    write_state(options_.folder, study, *finished);
  }
}

void RunLog::note_undelivered(const Study& study, const std::string& error, ExitCode code) const {
  if (auto finished = read_state(options_.folder, study)) {
    finished->tried = receiver();
    finished->error = printable(error);
    finished->exit_code = static_cast<int>(code);
    write_state(options_.folder, study, *finished);
  }
}

void RunLog::fail(const Study& study, const std::string& error, ExitCode code) const {
  if (done(study)) {
    return;
  }
  StudyState failed = state(study, StudyState::Step::kFailed);
  failed.error = printable(error);
  failed.exit_code = static_cast<int>(code);
  write_state(options_.folder, study, failed);
}

void RunLog::forget(const Study& study) const {
  if (done(study)) return;  // by another run
  std::error_code ignored;
  fs::remove(state_file(options_.folder, study), ignored);
}

std::vector<StudyRow> RunLog::write_tables() const {
  const auto rows_now = [&] {
    return study_rows(options_.folder, studies_, options_.settings, options_.paths, receiver(),
                      outdated_);
  };
  // Another shard may have written its tables after the rows were read: whoever writes last must
  // have seen all that was written before.
  std::vector<StudyRow> rows = rows_now();
  constexpr int kTries = 5;
  for (int tries = 0; tries < kTries; ++tries) {
    write_file(options_.folder / "cohort.csv", table_csv(rows));
    write_file(options_.folder / "index.html", cohort_page(rows));
    std::vector<StudyRow> after = rows_now();
    if (after == rows) {
      break;
    }
    rows = std::move(after);
  }
  return rows;
}

}  // namespace jcs::cohort
