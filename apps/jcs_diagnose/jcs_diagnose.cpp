#include <filesystem>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/report/summary.hpp"

#include "common/app.hpp"
#include "common/decoding.hpp"
#include "common/print.hpp"
#include "jcs_diagnose/arguments.hpp"
#include "jcs_diagnose/cohort_job.hpp"
#include "jcs_diagnose/output_folder.hpp"
#include "jcs_diagnose/study_job.hpp"

namespace {

using namespace jcs;

constexpr const char* kExamples =
    "  jcs_diagnose study --weights-cls cls.safetensors --weights-seg seg.safetensors\n"
    "      report.html, result.json, segmentation.dcm and report.dcm appear in ./study_jcs\n"
    "  jcs_diagnose study --weights-cls res2net_cls.pth --weights-seg joint.pth -o result\n"
    "      with the weights of the authors' release, segmentation fused with the classifier\n"
    "  jcs_diagnose study --weights-cls cls.safetensors --segment never --threshold 10% --json\n"
    "      classify only; positive when more than a tenth of the slices are; result on stdout\n"
    "  jcs_diagnose volume.nii.gz --weights-cls cls.safetensors --weights-seg seg.safetensors "
    "--nifti\n"
    "      from NIfTI to NIfTI: opacity.nii.gz and lungs.nii.gz on the same voxels\n"
    "  jcs_diagnose studies --cohort --weights-cls cls.safetensors --weights-seg seg.safetensors\n"
    "      every study below a folder; table and overview appear in ./studies_jcs; goes on where "
    "it\n"
    "      was stopped\n"
    "  jcs_diagnose study --list-series\n"
    "      what the folder holds; choose with --series";

void list_series(const std::filesystem::path& folder, app::App& app) {
  std::string text;
  for (const imaging::SeriesSummary& series :
       imaging::list_series(folder, app.progress(), app.stop())) {
    // The most suitable one is the first.
    const bool taken = text.empty() && series.suitable();
    text += printable(series.line()) +
            (series.uid.empty() ? "" : ", UID " + printable(series.uid)) +
            (taken ? "; this one is read unless --series names another" : "") + "\n";
  }
  app::print(text);
}

void diagnose(const app::DiagnoseArguments& arguments, app::App& app) {
  app::DiagnosePlan plan = app::plan_of(arguments);
  // What most are waiting for is not held back until opacities are outlined. The standard output
  // gets it with the rest, once the result is whole.
  plan.diagnosis.on_verdict = [&app](const diagnosis::CaseResult& result) {
    app.tell(report::verdict_line(result));
  };
  // What can fail at once does so before the long work: the output first, then the weights, which
  // are read beside the study.
  app::open_output(plan.output, plan.overwrite);
  app::Networks networks(plan);
  const app::DiagnosedStudy done =
      app::diagnose_study(arguments.study, plan.output, networks, plan, app.progress(), app.stop());
  if (arguments.json) {
    app::print(done.json);
  } else if (app.quiet()) {
    for (const std::string& warning : done.result.warnings) log_warning(warning);
  } else {
    app::print_lines(report::short_summary(done.result) +
                     "report: " + (plan.output / "report.html").string() + "\n");
  }
  // Last: the verdict does not wait for an archive, nor is it lost where there is none.
  if (plan.send) app::send_result(*plan.send, plan.output, app.stop());
}

// Threads come and go with every study. Each would take memory from one of several arenas, and what
// lies unused in one serves no other: a process of five hundred studies held 100 MiB more.
void share_memory_among_threads() {
#if defined(__GLIBC__)
  ::mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  app::App app("jcs_diagnose",
               "Tells from a chest CT whether a patient shows COVID-19: classifies every slice, "
               "counts, and outlines the opacities of positive patients.\nFor research only; no "
               "medical device.",
               kExamples);
  app::DiagnoseArguments arguments;
  app::add_arguments(app, arguments);
  app::Decoding decoding(app);
  return app.run(argc, argv, [&] {
    if (arguments.list_series) {
      list_series(arguments.study, app);
    } else if (arguments.cohort) {
      share_memory_among_threads();
      app::diagnose_cohort(arguments, app);
    } else {
      diagnose(arguments, app);
    }
  });
}
