#pragma once

#include <filesystem>
#include <future>
#include <optional>
#include <stop_token>
#include <string>

#include "jcs/core/progress.hpp"
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"

#include "jcs_diagnose/arguments.hpp"

namespace jcs::app {

/// The networks of a plan, loaded once for however many studies, beside each other and beside what
/// the program does meanwhile.
class Networks {
 public:
  explicit Networks(const DiagnosePlan& plan);

  /// Waits until they are there. @throws WeightsError, UsageError where the device is not there
  void wait();
  /// After wait().
  inference::ClassifierRunner& classifier() { return *classifier_; }
  /// After wait(); null where nothing is to be segmented.
  inference::SegmenterRunner* segmenter() { return segmenter_ ? &*segmenter_ : nullptr; }

 private:
  std::future<inference::ClassifierRunner> loading_classifier_;
  std::future<inference::SegmenterRunner> loading_segmenter_;
  std::optional<inference::ClassifierRunner> classifier_;
  std::optional<inference::SegmenterRunner> segmenter_;
};

struct DiagnosedStudy {
  diagnosis::CaseResult result;
  std::string json;  ///< the text of result.json
};

/// Reads a study, diagnoses it and fills the folder `output`, which appears whole or not at all.
/// @throws InputError, WeightsError, OutputError, Interrupted
/// @throws UsageError before the work where the plan sends DICOM and the study is of pictures; the
/// plan of a cohort, which may hold both, sends nothing itself
DiagnosedStudy diagnose_study(const std::filesystem::path& study,
                              const std::filesystem::path& output, Networks& networks,
                              const DiagnosePlan& plan, Progress& progress,
                              const std::stop_token& stop);

/// Sends what there is of DICOM in a result's folder, which stays whole whatever becomes of it.
/// Nothing to send – of pictures, or where nothing was outlined and a report is not wanted – is
/// said and no error.
/// @throws OutputError, Interrupted
void send_result(const report::StoreTarget& target, const std::filesystem::path& output,
                 const std::stop_token& stop);

}  // namespace jcs::app
