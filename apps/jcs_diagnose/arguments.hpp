#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "jcs/diagnosis/options.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/inference/runner_options.hpp"
#include "jcs/report/options.hpp"
#include "jcs/report/store.hpp"

#include "common/app.hpp"

namespace jcs::app {

/// The command line of jcs_diagnose, as it was typed.
struct DiagnoseArguments {
  std::filesystem::path study, weights_cls, weights_seg, output;
  std::string device = "auto";
  inference::Precision precision = inference::Precision::kAuto;
  std::string threshold;
  int batch_cls = 0, batch_seg = 0;
  imaging::ReadOptions read;
  diagnosis::DiagnosisOptions diagnosis;
  report::ReportOptions report;
  bool cohort = false;
  std::string shard = "1/1", send;
  bool overwrite = false, nifti = false, json = false, list_series = false;
};

void add_arguments(App& app, DiagnoseArguments& arguments);

/// What the command line means.
struct DiagnosePlan {
  std::filesystem::path weights_cls, weights_seg;
  inference::RunnerOptions classifier, segmenter;
  imaging::ReadOptions read;
  diagnosis::DiagnosisOptions diagnosis;
  report::ReportOptions report;
  std::filesystem::path output;
  std::optional<report::StoreTarget> send;
  bool overwrite = false;
};

/// @throws UsageError for a device or threshold that is none, and when weights that the job needs
/// were not named.
DiagnosePlan plan_of(const DiagnoseArguments& arguments);

}  // namespace jcs::app
