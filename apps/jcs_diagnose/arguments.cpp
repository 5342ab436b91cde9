#include "jcs_diagnose/arguments.hpp"

#include <system_error>

#include "jcs/core/error.hpp"

#include "common/option_flags.hpp"
#include "jcs_diagnose/output_folder.hpp"

namespace jcs::app {

namespace {

constexpr int kMostThreads = 1024;
constexpr int kLargestBatch = 4096;
constexpr int kMostKeySlices = 24;

// A list of studies names its results' folder without ".csv" or ".txt".
std::filesystem::path without_list_ending(std::filesystem::path list) {
  std::error_code error;
  if (std::filesystem::is_regular_file(list, error)) list.replace_extension();
  return list;
}

void refuse_without_segmentation(const DiagnoseArguments& arguments) {
  const auto refuse = [](const char* option) {
    throw UsageError({"no opacities are outlined", option, "without --segment never"});
  };
  if (arguments.report.nifti_opacity) refuse("--nifti-opacity");
  if (arguments.diagnosis.segment_where != diagnosis::SegmentWhere::kAll) refuse("--segment-where");
}

}  // namespace

void add_arguments(App& app, DiagnoseArguments& arguments) {
  CLI::App& cli = app.cli();
  cli.add_option(
         "STUDY", arguments.study,
         "a chest CT: a folder with DICOM files at any depth or slices as PNG or JPEG, or a "
         "NIfTI file")
      ->required();
  cli.add_option("--weights-cls", arguments.weights_cls, "weights of the slice classifier");
  cli.add_option("--weights-seg", arguments.weights_seg,
                 "weights of the opacity segmenter, alone or joint with a classifier's backbone; "
                 "not needed with --segment never");
  cli.add_option("-o,--output,--out", arguments.output,
                 "folder that the result appears in, whole or not at all; default: the study's "
                 "name with _jcs, in the current folder");
  cli.add_flag("--overwrite", arguments.overwrite, "replace an earlier result in that folder");
  cli.add_option("--threshold", arguments.threshold,
                 "the patient is positive when more slices than this are: a number of slices, or "
                 "a share of the study (0.1 or 10%), rounded down; default: what the weights say, "
                 "else 25");
  OptionFlags flags(cli);
  arguments.diagnosis.describe(flags);
  arguments.read.describe(flags);
  cli.get_option("--key-slices")->check(CLI::Range(0, kMostKeySlices));
  cli.get_option("--threads")
      ->check(CLI::Range(0, kMostThreads))
      ->description("CPU threads; 0: all cores that the process may use");
  cli.add_flag("--list-series", arguments.list_series, "list the folder's series and stop");
  cli.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  inference::describe(flags, arguments.precision);
  cli.add_option("--batch-cls", arguments.batch_cls,
                 "slices classified at once; 0: what suits the device")
      ->check(CLI::Range(0, kLargestBatch))
      ->capture_default_str();
  cli.add_option("--batch-seg", arguments.batch_seg,
                 "slices segmented at once; 0: what suits the device")
      ->check(CLI::Range(0, kLargestBatch))
      ->capture_default_str();
  cli.add_option("--send", arguments.send,
                 "then send segmentation.dcm and report.dcm to an archive by C-STORE")
      ->type_name("HOST:PORT:AE_TITLE")
      // As of a variable of the shell that is not set: nothing would be sent, without a word.
      ->check(CLI::Validator(
          [](const std::string& text) { return text.empty() ? "names no archive" : ""; }, ""));
  cli.add_flag("--nifti", arguments.nifti,
               "as --nifti-lungs and, where opacities are outlined, --nifti-opacity");
  arguments.report.describe(flags);
  CLI::Option* cohort = cli.add_flag(
      "--cohort", arguments.cohort,
      "STUDY stands for many: a folder with studies at any depth, or a list of them, a text with "
      "a path a line or a CSV file with the column path; what is done already is left out");
  cli.add_option("--shard", arguments.shard,
                 "of the cohort, do part I of N alone, for job arrays: 1/8 to 8/8")
      ->type_name("I/N")
      ->needs(cohort)
      ->capture_default_str();
  cli.get_option("--list-series")->excludes(cohort);
  CLI::Option* json = cli.add_flag(
      "--json", arguments.json,
      "print result.json instead of a summary; of a cohort, how many studies are done, failed, "
      "pending, unsent");
  cli.get_option("--list-series")->excludes(json);
  // What a cohort has to make again it finds out itself.
  cohort->excludes("--overwrite");
}

DiagnosePlan plan_of(const DiagnoseArguments& arguments) {
  DiagnosePlan plan;
  plan.weights_cls = arguments.weights_cls;
  plan.weights_seg = arguments.weights_seg;
  plan.read = arguments.read;
  plan.overwrite = arguments.overwrite;
  plan.diagnosis = arguments.diagnosis;
  if (!arguments.threshold.empty()) {
    plan.diagnosis.threshold = diagnosis::parse_threshold(arguments.threshold);
  }
  if (plan.diagnosis.segment == diagnosis::Segment::kNever) {
    refuse_without_segmentation(arguments);
  }
  if (!arguments.send.empty()) plan.send = report::StoreTarget::parse(arguments.send);
  if (plan.send && !arguments.report.segmentation && !arguments.report.structured_report) {
    throw UsageError({"there is nothing to send", "--send",
                      "without --no-segmentation or --no-structured-report"});
  }
  report::require_valid(arguments.report.dicom);
  plan.report = arguments.report;
  plan.report.key_slices = plan.diagnosis.key_slices;
  plan.report.nifti_opacity |= arguments.nifti;
  plan.report.nifti_lungs |= arguments.nifti;
  plan.classifier = {.device = parse_device(arguments.device),
                     .threads = arguments.read.threads,
                     .batch_size = arguments.batch_cls,
                     .precision = arguments.precision};
  plan.segmenter = plan.classifier;
  plan.segmenter.batch_size = arguments.batch_seg;
  plan.output = arguments.output.empty()
                    ? default_output(arguments.cohort ? without_list_ending(arguments.study)
                                                      : arguments.study)
                    : arguments.output;
  if (arguments.weights_cls.empty()) {
    throw UsageError({"the classifier's weights are not named", "--weights-cls", "a file"});
  }
  if (arguments.weights_seg.empty() && plan.diagnosis.segment != diagnosis::Segment::kNever) {
    throw UsageError(
        {"the segmenter's weights are not named", "--weights-seg", "a file, or --segment never"});
  }
  return plan;
}

}  // namespace jcs::app
