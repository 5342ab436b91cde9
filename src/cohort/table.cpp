#include "jcs/cohort/table.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/core/utf8.hpp"

#include "study_state.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// What stands under a key, or null.
const Json& at(const Json& json, const char* key) {
  static const Json nothing;
  const auto value = json.is_object() ? json.find(key) : json.end();
  return value != json.end() ? *value : nothing;
}

std::optional<double> number(const Json& json, const char* key) {
  const Json& value = at(json, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::string text(const Json& json, const char* key) {
  const Json& value = at(json, key);
  return value.is_string() ? clean_line(value.get_ref<const std::string&>()) : std::string();
}

void fill(StudyRow& row, const Json& result) {
  row.verdict = text(result, "verdict");
  row.positive_slices = number(result, "positive_slices");
  row.slices = number(result, "slices");
  row.threshold = number(result, "threshold");
  row.opacity_ml = number(result, "opacity_volume_ml");
  row.seconds = number(result, "total_seconds");
  const Json& findings = at(result, "findings");
  row.opacity_share = number(findings, "opacity_share");
  row.severity = text(findings, "severity");
  row.lungs_ml = number(findings, "lung_volume_ml");
  const Json& concerns = at(result, "concerns");
  if (concerns.is_array()) {
    for (const Json& concern : concerns) {
      if (std::string code = text(concern, "code"); !code.empty()) {
        row.concerns.push_back(std::move(code));
      }
    }
  }
}

/// Of what kind an error is, without its text.
std::string kind_of_error(int code) {
  switch (static_cast<ExitCode>(code)) {
    case ExitCode::kInput:
      return "the study's files cannot be used";
    case ExitCode::kOutput:
      return "the result could not be written";
    case ExitCode::kUsage:
      return "the settings do not fit the study";
    case ExitCode::kWeights:
      return "the weights cannot be used";
    default:
      return "an error that was not foreseen";
  }
}

StudyRow row_of(const fs::path& folder, const Study& study, const std::string& digest, bool paths,
                const std::string& receiver, const std::map<std::string, std::string>& outdated) {
  StudyRow row;
  row.name = study.name;
  row.path = paths ? shown_path(study) : "";
  const std::optional<StudyState> state = read_state(folder, study);
  const auto old = outdated.find(study.name);
  if (state && old != outdated.end() && state->files == old->second) return row;
  if (is_done(state, study, digest)) {
    const Json result = parsed_json<Json>(
        text_if_there(result_folder(folder, study) / "result.json", ExitCode::kOutput));
    if (result.is_object()) {
      row.status = Status::kDone;
      fill(row, result);
    }
    if (row.status == Status::kDone && !receiver.empty() && state->sent_to != receiver) {
      row.status = Status::kUnsent;
      if (state->tried == receiver) {
        row.exit_code = state->exit_code;
        row.error = paths ? clean_line(state->error) : "the result could not be sent";
      }
    }
  } else if (state && state->step == StudyState::Step::kFailed) {
    row.status = Status::kFailed;
    row.exit_code = state->exit_code;
    row.error = paths ? clean_line(state->error) : kind_of_error(state->exit_code);
  }
  return row;
}

/// Spreadsheets take a text that begins so for a formula; `./` before a path leaves it the same.
std::string harmless(const std::string& path) {
  const bool formula = !path.empty() && std::string_view("=+-@").find(path[0]) != std::string::npos;
  return formula ? "./" + path : path;
}

std::string field(const std::optional<double>& value) { return value ? jcs::to_text(*value) : ""; }

}  // namespace

std::vector<StudyRow> study_rows(const fs::path& folder, const std::vector<Study>& studies,
                                 const std::string& settings, bool paths,
                                 const std::string& receiver,
                                 const std::map<std::string, std::string>& outdated) {
  const std::string digest = settings_digest(settings);
  std::vector<StudyRow> rows;
  rows.reserve(studies.size());
  for (const Study& study : studies) {
    rows.push_back(row_of(folder, study, digest, paths, receiver, outdated));
  }
  return rows;
}

std::string table_csv(const std::vector<StudyRow>& rows) {
  std::string csv =
      "name,path,status,verdict,positive_slices,slices,threshold,opacity_ml,opacity_share,severity,"
      "lungs_ml,seconds,concerns,exit_code,error\n";
  for (const StudyRow& row : rows) {
    const bool tried = row.status != Status::kPending;
    std::vector<std::string> fields = {row.name,
                                       harmless(row.path),
                                       to_text(row.status),
                                       row.verdict,
                                       field(row.positive_slices),
                                       field(row.slices),
                                       field(row.threshold),
                                       field(row.opacity_ml),
                                       field(row.opacity_share),
                                       row.severity,
                                       field(row.lungs_ml),
                                       field(row.seconds),
                                       joined(row.concerns, " "),
                                       tried ? std::to_string(row.exit_code) : "",
                                       harmless(row.error)};
    for (std::string& text : fields) {
      text = csv_field(text);
    }
    csv += joined(fields, ",") + "\n";
  }
  return csv;
}

}  // namespace jcs::cohort
