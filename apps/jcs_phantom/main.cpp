#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/phantom_dataset.hpp"
#include "jcs/imaging/phantom_study.hpp"

#include "common/app.hpp"
#include "common/option_flags.hpp"

namespace {

namespace imaging = jcs::imaging;

constexpr const char* kExamples =
    "  jcs_phantom study out/study --slices 60 --size 256 --seed 7 --diseased\n"
    "      one diseased patient as a DICOM series\n"
    "  jcs_phantom study out/study --masks out/masks --diseased --overwrite\n"
    "      the same place again, with the true opacities as PNGs beside it\n"
    "  jcs_phantom dataset out/data --patients 16 --slices-per-patient 24 --size 128\n"
    "      slices, masks and the manifests train.csv and val.csv\n"
    "  jcs_phantom study --help\n"
    "      all options of a study";

struct Study {
  std::filesystem::path folder;
  int size = 0;
  imaging::PhantomOptions phantom;
  imaging::PhantomStudyOptions output;
};

CLI::App* add_study(CLI::App& cli, Study& study) {
  CLI::App* command = cli.add_subcommand("study", "Write one patient as a DICOM CT series");
  command->fallthrough();
  command->add_option("folder", study.folder, "Folder of the series; new, or empty")->required();
  CLI::Option* size =
      command->add_option("--size", study.size, "rows and columns of a slice, as one");
  jcs::app::OptionFlags flags(*command);
  study.phantom.describe(flags);
  study.output.describe(flags);
  command->add_flag("--overwrite", study.output.overwrite, "replace an earlier phantom");
  // Checked here: the library would name rows, which nobody gave.
  size->excludes("--rows")
      ->excludes("--columns")
      ->check(CLI::Range(imaging::kLeastPhantomSide, imaging::kMostPhantomSide));
  return command;
}

void write_study(Study& study, bool size_given, jcs::app::App& app) {
  if (size_given) study.phantom.rows = study.phantom.columns = study.size;
  const imaging::Phantom phantom = imaging::write_phantom_study(
      study.folder, study.phantom, study.output, app.progress(), app.stop());
  if (app.quiet()) return;

  const imaging::CtVolume& volume = phantom.volume;
  std::size_t positive = 0;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const auto mask = phantom.mask_slice(k);
    positive += std::find(mask.begin(), mask.end(), 1) != mask.end() ? 1 : 0;
  }
  const auto opaque = std::count(phantom.mask.begin(), phantom.mask.end(), 1);
  const auto lungs = std::count(phantom.lungs.begin(), phantom.lungs.end(), 1);
  std::printf(
      "%s: %s, %zu slices of %d x %d, %.3g x %.3g x %.3g mm; opacities in %zu slices, %.1f %% "
      "of the lungs\n",
      study.folder.c_str(), volume.series.patient_id.c_str(), volume.slice_count(), volume.columns,
      volume.rows, volume.column_spacing_mm, volume.row_spacing_mm, volume.slice_spacing_mm,
      positive, lungs > 0 ? 100.0 * static_cast<double>(opaque) / static_cast<double>(lungs) : 0.0);
}

struct Dataset {
  std::filesystem::path folder;
  imaging::PhantomDatasetOptions options;
};

CLI::App* add_dataset(CLI::App& cli, Dataset& dataset) {
  CLI::App* command =
      cli.add_subcommand("dataset", "Write slices of many patients with masks and manifests");
  command->fallthrough();
  command->add_option("folder", dataset.folder, "Folder of the data set; new, or empty")
      ->required();
  jcs::app::OptionFlags flags(*command);
  dataset.options.describe(flags);
  command->add_flag("--overwrite", dataset.options.overwrite, "replace an earlier data set");
  return command;
}

void write_dataset(const Dataset& dataset, jcs::app::App& app) {
  const imaging::PhantomDatasetSummary summary =
      imaging::write_phantom_dataset(dataset.folder, dataset.options, app.progress(), app.stop());
  if (app.quiet()) return;
  std::printf(
      "%s: training %d patients, %zu slices (%zu with opacities); validation %d patients, "
      "%zu slices (%zu with opacities)\n",
      dataset.folder.c_str(), summary.training_patients, summary.training_slices,
      summary.training_positive, summary.validation_patients, summary.validation_slices,
      summary.validation_positive);
}

}  // namespace

int main(int argc, char** argv) {
  jcs::app::App app("jcs_phantom",
                    "Makes synthetic chest CT studies and training sets: the same seed, the same "
                    "patients.",
                    kExamples);
  Study study;
  Dataset dataset;
  CLI::App* study_command = add_study(app.cli(), study);
  CLI::App* dataset_command = add_dataset(app.cli(), dataset);
  app.cli().require_subcommand(1);
  return app.run(argc, argv, [&] {
    if (study_command->parsed()) {
      write_study(study, study_command->count("--size") > 0, app);
    }
    if (dataset_command->parsed()) write_dataset(dataset, app);
  });
}
