#pragma once

#include <filesystem>
#include <string>

#include "jcs/diagnosis/options.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/inference/runner_options.hpp"
#include "jcs/report/options.hpp"

#include "common/app.hpp"

namespace jcs::app {

/// The command line of jcs_diagnose, as it was typed.
struct DiagnoseArguments {
  std::filesystem::path folder, weights_cls, weights_seg, output;
  std::string device = "auto";
  std::string threshold;
  int batch_cls = 0, batch_seg = 0;
  imaging::ReadOptions read;
  diagnosis::DiagnosisOptions diagnosis;
  report::ReportOptions report;
  bool overwrite = false, nifti = false, json = false, list_series = false;
};

void add_arguments(App& app, DiagnoseArguments& arguments);

/// What the command line means.
struct DiagnosePlan {
  inference::RunnerOptions classifier, segmenter;
  diagnosis::DiagnosisOptions diagnosis;
  report::ReportOptions report;
  std::filesystem::path output;
};

/// @throws UsageError for a device or threshold that is none, and when weights that the job needs
/// were not named.
DiagnosePlan plan_of(const DiagnoseArguments& arguments);

}  // namespace jcs::app
