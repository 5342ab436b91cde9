#pragma once

#include <filesystem>

#include "jcs/data/dataset_report.hpp"

#include "common/app.hpp"

/// `jcs_data report`: what a data set consists of.
struct ReportCommand {
  std::filesystem::path manifest, json, csv;
  jcs::data::DatasetReportOptions options;
};

CLI::App* add_report(CLI::App& cli, ReportCommand& report);

void report_manifest(const ReportCommand& report, jcs::app::App& app);
