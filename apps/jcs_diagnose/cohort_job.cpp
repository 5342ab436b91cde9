#include "jcs_diagnose/cohort_job.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "jcs/cohort/find_studies.hpp"
#include "jcs/cohort/run.hpp"
#include "jcs/cohort/study_list.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/weights/json_options.hpp"

#include "common/print.hpp"
#include "jcs_diagnose/study_job.hpp"

namespace jcs::app {

namespace {

using Json = nlohmann::ordered_json;

cohort::Studies studies_of(const DiagnoseArguments& arguments, const DiagnosePlan& plan, App& app) {
  std::error_code error;
  if (std::filesystem::is_regular_file(arguments.study, error)) {
    return cohort::read_study_list(arguments.study);
  }
  return cohort::find_studies(arguments.study, plan.output, app.progress(), app.stop());
}

/// All that a result depends on but the study and what changes rounding alone (device, batches).
std::string settings_text(const DiagnosePlan& plan, Networks& networks) {
  Json settings = {
      {"version", JCS_VERSION},
      {"classifier", networks.classifier().sha256()},
      {"segmenter", networks.segmenter() != nullptr ? networks.segmenter()->sha256() : ""},
      {"precision", inference::name(plan.classifier.precision)},
      {"series", plan.read.series},
      {"diagnosis", weights::to_json(plan.diagnosis)},
      {"report", weights::to_json(plan.report)}};
  if (const auto& threshold = plan.diagnosis.threshold) {
    settings["threshold"] =
        threshold->fraction ? Json(*threshold->fraction) : Json(threshold->count);
  }
  return settings.dump(-1, ' ', false, Json::error_handler_t::replace);
}

cohort::Delivery delivery_to(const report::StoreTarget& target, App& app) {
  const std::string name = target.host + ":" + std::to_string(target.port) + ":" + target.called_ae;
  return {.to = name, .send = [target, &app](const cohort::Study&, const auto& folder) {
            send_result(target, folder, app.stop());
          }};
}

std::string summary_text(const cohort::CohortSummary& summary,
                         const std::filesystem::path& folder) {
  std::string text = std::to_string(summary.studies) + " studies: " + std::to_string(summary.done) +
                     " done, " + std::to_string(summary.failed) + " failed, " +
                     std::to_string(summary.pending) + " pending";
  if (summary.unsent > 0) text += ", " + std::to_string(summary.unsent) + " unsent";
  if (summary.skipped > 0) text += " (" + std::to_string(summary.skipped) + " were done before)";
  return text + "\ntable: " + (folder / "cohort.csv").string() +
         "\npage: " + (folder / "index.html").string() + "\n";
}

std::string summary_json(const cohort::CohortSummary& summary) {
  return Json({{"studies", summary.studies},
               {"done", summary.done},
               {"failed", summary.failed},
               {"pending", summary.pending},
               {"unsent", summary.unsent},
               {"ran", summary.ran},
               {"skipped", summary.skipped}})
             .dump(2) +
         "\n";
}

}  // namespace

void diagnose_cohort(const DiagnoseArguments& arguments, App& app) {
  DiagnosePlan plan = plan_of(arguments);
  plan.overwrite = true;  // an earlier result that is not skipped was made with other settings
  cohort::CohortOptions options;
  options.folder = plan.output;
  options.shard = cohort::Shard::parse(arguments.shard);
  options.paths = plan.report.identity == report::Identity::kFull;
  const cohort::Studies found = studies_of(arguments, plan, app);
  for (const std::string& warning : found.warnings) log_warning(warning);

  Networks networks(plan);
  networks.wait();
  options.settings = settings_text(plan, networks);
  if (const auto target = std::exchange(plan.send, std::nullopt)) {
    options.delivery = delivery_to(*target, app);
  }
  const cohort::CohortSummary summary = cohort::run_cohort(
      found.studies, options,
      [&](const cohort::Study& study, const std::filesystem::path& folder, Progress& progress) {
        diagnose_study(study.path, folder, networks, plan, progress, app.stop());
      },
      app.progress(), app.stop());

  if (arguments.json) {
    print(summary_json(summary));
  } else if (!app.quiet()) {
    print_lines(summary_text(summary, plan.output));
  }
  if (summary.code != ExitCode::kDone) {
    std::string got = std::to_string(summary.failed) + " failed";
    if (summary.unsent > 0) got += ", " + std::to_string(summary.unsent) + " unsent";
    throw Error(summary.code,
                {.what = summary.unsent > 0
                             ? "not all studies could be diagnosed and sent; the reasons are in "
                               "the table"
                             : "not all studies could be diagnosed; the reasons are in the table",
                 .where = (plan.output / "cohort.csv").string(),
                 .got = got});
  }
}

}  // namespace jcs::app
