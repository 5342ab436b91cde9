#include "study_state.hpp"

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/utf8.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;
using Step = StudyState::Step;

constexpr std::array<std::pair<std::string_view, Step>, 3> kSteps = {
    {{"running", Step::kRunning}, {"done", Step::kDone}, {"failed", Step::kFailed}}};

std::string text_of(const Json& json, const char* key) {
  const auto value = json.find(key);
  return value != json.end() && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

fs::path state_folder(const fs::path& cohort) { return cohort / "state"; }

fs::path state_file(const fs::path& cohort, const Study& study) {
  return state_folder(cohort) / (study.name + ".json");
}

fs::path result_folder(const fs::path& cohort, const Study& study) {
  return cohort / "studies" / study.name;
}

std::optional<StudyState> read_state(const fs::path& cohort, const Study& study) {
  const Json json = parsed_json<Json>(text_if_there(state_file(cohort, study), ExitCode::kOutput));
  if (!json.is_object()) {
    return std::nullopt;
  }
  StudyState state;
  const std::string step = text_of(json, "status");
  bool known = false;
  for (const auto& [name, value] : kSteps) {
    if (name == step) {
      state.step = value;
      known = true;
    }
  }
  if (!known) {
    return std::nullopt;
  }
  state.path = text_of(json, "path");
  state.settings = text_of(json, "settings");
  state.files = text_of(json, "files");
  state.sent_to = text_of(json, "sent_to");
  state.tried = text_of(json, "tried");
  state.error = text_of(json, "error");
  const auto code = json.find("exit_code");
  if (code != json.end() && code->is_number_integer()) {
    state.exit_code = code->get<int>();
  }
  return state;
}

void write_state(const fs::path& cohort, const Study& study, const StudyState& state) {
  Json json;
  for (const auto& [name, value] : kSteps) {
    if (value == state.step) {
      json["status"] = name;
    }
  }
  json["name"] = study.name;
  json["path"] = state.path;
  json["settings"] = state.settings;
  json["files"] = state.files;
  if (!state.sent_to.empty()) json["sent_to"] = state.sent_to;
  if (!state.tried.empty()) json["tried"] = state.tried;
  json["exit_code"] = state.exit_code;
  json["error"] = state.error.empty() ? Json(nullptr) : Json(state.error);
  write_file(state_file(cohort, study),
             json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string shown_path(const Study& study) { return clean_line(study.shown); }

std::string settings_digest(const std::string& settings) {
  return sha256(std::as_bytes(std::span(settings)));
}

bool is_done(const std::optional<StudyState>& state, const Study& study,
             const std::string& digest) {
  return state && state->step == Step::kDone && state->settings == digest &&
         state->path == shown_path(study);
}

}  // namespace jcs::cohort
