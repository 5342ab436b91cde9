#include "run_log.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string_view>

#include <nlohmann/json.hpp>

#include "jcs/cohort/page.hpp"
#include "jcs/core/atomic_file.hpp"
#include "jcs/core/text.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

/// Whether files that appear whole leave `name` behind when the program is killed while `target`
/// is written.
bool is_leftover(std::string_view name, const std::string& target) {
  const std::string start = "." + target + ".";
  constexpr std::size_t kRandom = 6;
  if (!name.starts_with(start)) {
    return false;
  }
  name.remove_prefix(start.size());
  if (name.ends_with(".old")) {
    name.remove_suffix(4);
  }
  return name.size() == kRandom && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0;
         });
}

void remove_leftovers(const fs::path& target) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(target.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_leftover(entry->path().filename().native(), target.filename().native())) {
      leftovers.push_back(entry->path());
    }
  }
  for (const fs::path& leftover : leftovers) {
    fs::remove_all(leftover, error);
  }
}

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
}

bool RunLog::done(const Study& study) const {
  if (!is_done(read_state(options_.folder, study), study, digest_)) {
    return false;
  }
  std::ifstream in(result_folder(options_.folder, study) / "result.json");
  return nlohmann::json::parse(in, nullptr, false).is_object();
}

bool RunLog::broken_off(const Study& study) const {
  const auto state = read_state(options_.folder, study);
  return state && state->step == StudyState::Step::kRunning;
}

StudyState RunLog::state(const Study& study, StudyState::Step step) const {
  return {.step = step, .path = shown_path(study), .settings = digest_, .error = {}};
}

void RunLog::begin(const Study& study) const {
  if (broken_off(study)) {
    remove_leftovers(result_folder(options_.folder, study));
    remove_leftovers(state_file(options_.folder, study));
  }
  write_state(options_.folder, study, state(study, StudyState::Step::kRunning));
}

void RunLog::finish(const Study& study) const {
  write_state(options_.folder, study, state(study, StudyState::Step::kDone));
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
  std::error_code ignored;
  fs::remove(state_file(options_.folder, study), ignored);
}

std::vector<StudyRow> RunLog::write_tables() const {
  const auto rows_now = [&] {
    return study_rows(options_.folder, studies_, options_.settings, options_.paths);
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
