#include <optional>
#include <string>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/diagnosis/diagnose.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/report/json.hpp"
#include "jcs/report/summary.hpp"
#include "jcs/report/write.hpp"

#include "common/app.hpp"
#include "common/print.hpp"
#include "jcs_diagnose/arguments.hpp"
#include "jcs_diagnose/output_folder.hpp"

namespace {

using namespace jcs;

constexpr const char* kExamples =
    "  jcs_diagnose study --weights-cls cls.safetensors --weights-seg seg.safetensors\n"
    "      result.json and report.html appear in ./study_jcs\n"
    "  jcs_diagnose study --weights-cls res2net_cls.pth --weights-seg joint.pth -o result\n"
    "      with the weights of the authors' release, segmentation fused with the classifier\n"
    "  jcs_diagnose study --weights-cls cls.safetensors --segment never --threshold 10% --json\n"
    "      classify only; positive when more than a tenth of the slices are; result on stdout\n"
    "  jcs_diagnose study --list-series\n"
    "      what the folder holds; choose with --series";

void list_series(const std::filesystem::path& folder, app::App& app) {
  std::string text;
  for (const imaging::SeriesSummary& series :
       imaging::list_series(folder, app.progress(), app.stop())) {
    text += series.line() + (series.uid.empty() ? "" : ", UID " + series.uid) + "\n";
  }
  app::print(text);
}

void diagnose(const app::DiagnoseArguments& arguments, app::App& app) {
  const app::DiagnosePlan plan = app::plan_of(arguments);
  // What can fail at once does so before the long work: the output first, then the weights.
  AtomicFolder output = app::open_output(plan.output, arguments.overwrite);
  inference::ClassifierRunner classifier(arguments.weights_cls, plan.classifier);
  std::optional<inference::SegmenterRunner> segmenter;
  if (plan.diagnosis.segment != diagnosis::Segment::kNever) {
    segmenter.emplace(arguments.weights_seg, plan.segmenter);
  }

  const Stopwatch reading;
  const imaging::CtVolume volume =
      imaging::read_study(arguments.folder, arguments.read, app.progress(), app.stop());
  const double read_seconds = reading.seconds();

  diagnosis::CaseResult result =
      diagnosis::diagnose(volume, classifier, segmenter ? &*segmenter : nullptr, plan.diagnosis,
                          app.progress(), app.stop());
  result.timing.insert(result.timing.begin(), {"read", read_seconds});

  report::ReportOptions report = plan.report;
  report.window_center = classifier.card().preprocessing.window_center;
  report.window_width = classifier.card().preprocessing.window_width;
  const Stopwatch writing;
  report::write_report(output.path(), result, volume, report);
  // result.json also says what writing took, so it is written once more after that is known.
  result.timing.push_back({"write", writing.seconds()});
  const std::string json = report::result_json(result, volume, report);
  write_file(output.path() / "result.json", json);
  throw_if_stopped(app.stop());
  output.commit();

  if (arguments.json) {
    app::print(json);
  } else if (!app.quiet()) {
    app::print(report::short_summary(result) + "report: " + (plan.output / "report.html").string() +
               "\n");
  }
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
  return app.run(argc, argv, [&] {
    if (arguments.list_series) {
      list_series(arguments.folder, app);
    } else {
      diagnose(arguments, app);
    }
  });
}
