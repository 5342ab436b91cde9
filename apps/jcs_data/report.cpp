#include "report.hpp"

#include <cstdio>

#include "jcs/core/atomic_file.hpp"
#include "jcs/data/write_dataset_report.hpp"

#include "common/option_flags.hpp"
#include "common/two_files.hpp"

namespace data = jcs::data;

CLI::App* add_report(CLI::App& cli, ReportCommand& report) {
  CLI::App* command = cli.add_subcommand(
      "report", "Ages, sexes and slice thickness, number, size and place of opacities");
  command->fallthrough();
  command->add_option("manifest", report.manifest, "CSV file, or list of the release")->required();
  command->add_option("--json", report.json, "File for the figures");
  command->add_option("--csv", report.csv, "File with a line for each opacity");
  jcs::app::OptionFlags flags(*command);
  report.options.describe(flags);
  return command;
}

void report_manifest(const ReportCommand& report, jcs::app::App& app) {
  jcs::app::require_different(report.json, report.csv, {report.manifest});
  const data::Manifest manifest = data::read_manifest(report.manifest);
  const data::DatasetReport found =
      data::report_dataset(manifest, report.options, 0, app.progress(), app.stop());
  if (!report.json.empty()) jcs::write_file(report.json, data::to_json(found));
  if (!report.csv.empty()) data::write_opacities(report.csv, found, manifest);
  if (!app.quiet()) std::printf("%s", data::to_table(found).c_str());
}
