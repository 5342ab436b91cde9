#include "jcs_diagnose/study_job.hpp"

#include <system_error>
#include <vector>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/core/text.hpp"
#include "jcs/diagnosis/diagnose.hpp"
#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/report/json.hpp"
#include "jcs/report/segmentation_object.hpp"
#include "jcs/report/write.hpp"

#include "jcs_diagnose/output_folder.hpp"

namespace jcs::app {

Networks::Networks(const DiagnosePlan& plan)
    // The default policy loads when asked for where no thread is to be had.
    : loading_classifier_(std::async([file = plan.weights_cls, options = plan.classifier] {
        return inference::ClassifierRunner(file, options);
      })) {
  if (plan.diagnosis.segment != diagnosis::Segment::kNever) {
    loading_segmenter_ = std::async([file = plan.weights_seg, options = plan.segmenter] {
      return inference::SegmenterRunner(file, options);
    });
  }
}

void Networks::wait() {
  if (loading_classifier_.valid()) classifier_.emplace(loading_classifier_.get());
  if (loading_segmenter_.valid()) segmenter_.emplace(loading_segmenter_.get());
}

void send_result(const report::StoreTarget& target, const std::filesystem::path& output,
                 const std::stop_token& stop) {
  std::vector<std::filesystem::path> files;
  for (const char* name : {"segmentation.dcm", "report.dcm"}) {
    std::error_code ignored;
    if (std::filesystem::exists(output / name, ignored)) files.push_back(output / name);
  }
  if (files.empty()) {
    log_warning(printable(output.string()) + ": there is no DICOM result to send");
    return;
  }
  report::store(target, files, stop);
}

DiagnosedStudy diagnose_study(const std::filesystem::path& study,
                              const std::filesystem::path& output, Networks& networks,
                              const DiagnosePlan& plan, Progress& progress,
                              const std::stop_token& stop) {
  AtomicFolder folder = open_output(output, plan.overwrite);
  const Stopwatch reading;
  imaging::ReadOptions read_options = plan.read;
  // An earlier result that is replaced may lie below the study, and its pictures are no slices.
  read_options.leave_out = output;
  const imaging::CtVolume volume = imaging::read_study(study, read_options, progress, stop);
  const double read_seconds = reading.seconds();
  if (plan.send && !report::from_dicom(volume)) {
    throw UsageError({"an archive takes DICOM, which results of pictures are not", "--send",
                      "a study of DICOM files", study.string()});
  }
  networks.wait();

  diagnosis::DiagnosisOptions options = plan.diagnosis;
  // Files are named relative to the study's folder; a NIfTI file lies in one.
  options.folder = imaging::named_like_nifti(study) ? study.parent_path() : study;
  DiagnosedStudy done;
  done.result = diagnosis::diagnose(volume, networks.classifier(), networks.segmenter(), options,
                                    progress, stop);
  const std::vector<std::string> warnings = report::dicom_warnings(volume);
  done.result.warnings.insert(done.result.warnings.end(), warnings.begin(), warnings.end());
  done.result.timing.insert(done.result.timing.begin(), {"read", read_seconds});

  report::ReportOptions report = plan.report;
  report.source = study.string();
  report.window_center = networks.classifier().card().preprocessing.window_center;
  report.window_width = networks.classifier().card().preprocessing.window_width;
  const Stopwatch writing;
  report::write_report(folder.path(), done.result, volume, report);
  // result.json also says what writing took, so it is written once more after that is known.
  done.result.timing.push_back({"write", writing.seconds()});
  done.json = report::result_json(done.result, volume, report);
  write_file(folder.path() / "result.json", done.json);
  throw_if_stopped(stop);
  folder.commit();
  return done;
}

}  // namespace jcs::app
