#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/output_lock.hpp"
#include "jcs/core/pending_files.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/collections.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/data/overlap.hpp"
#include "jcs/data/split.hpp"
#include "jcs/data/write_manifest.hpp"

#include "common/app.hpp"
#include "common/decoding.hpp"
#include "common/option_flags.hpp"
#include "report.hpp"

namespace {

namespace fs = std::filesystem;
namespace data = jcs::data;

constexpr const char* kExamples =
    "  jcs_data manifest covid-19-ct-seg data/CT-Seg --out data/ct-seg.csv\n"
    "      the slices of a public data set, as a manifest\n"
    "  jcs_data split data/ct-seg.csv --out data/ct-seg --validation 0.2 --seed 1\n"
    "      train.csv and val.csv in data/ct-seg; no patient and no picture in both\n"
    "  jcs_data split data/ct-seg.csv --out data/ct-seg --validation 0.1 --test 0.2 --overwrite\n"
    "      the same anew, with test.csv\n"
    "  jcs_data check train.csv val.csv\n"
    "      exit code 3 and one line when a patient or a picture stands in both\n"
    "  jcs_data report data/ct-seg.csv --json report.json --csv opacities.csv\n"
    "      who the patients are; number, size and place of their opacities";

// One line about a manifest: slices, of them positive and negative, patients.
void print_summary(const fs::path& file, const data::Manifest& manifest) {
  std::size_t positive = 0, negative = 0, masks = 0, unknown = 0;
  std::set<std::string> patients;
  for (const data::ManifestEntry& entry : manifest.entries) {
    positive += entry.label == 1 ? 1 : 0;
    negative += entry.label == 0 ? 1 : 0;
    masks += entry.mask.empty() ? 0 : 1;
    unknown += entry.patient.empty() ? 1 : 0;
    if (!entry.patient.empty()) patients.insert(entry.patient);
  }
  std::printf("%s: %zu slices, %zu positive, %zu negative, %zu with a mask; %zu patients",
              jcs::printable(file.string()).c_str(), manifest.entries.size(), positive, negative,
              masks, patients.size());
  if (unknown > 0) std::printf(", %zu slices of nobody known", unknown);
  std::printf("\n");
}

struct ManifestCommand {
  std::string kind;
  fs::path folder, out;
  bool overwrite = false;
};

CLI::App* add_manifest(CLI::App& cli, ManifestCommand& options) {
  std::string kinds = "Which data set:";
  for (const data::Collection& one : data::collections()) {
    kinds += "\n" + std::string(one.kind) + " (" + std::string(one.title) + ")";
  }
  CLI::App* command = cli.add_subcommand("manifest", "Make a manifest of a public data set");
  command->fallthrough();
  command->add_option("kind", options.kind, kinds)->required();
  command->add_option("folder", options.folder, "Where the data set was unpacked")->required();
  command->add_option("-o,--out,--output", options.out, "CSV file to write")->required();
  command->add_flag("--overwrite", options.overwrite, "replace an earlier manifest");
  return command;
}

// A list may have been corrected by hand.
void require_free(const ManifestCommand& options) {
  std::error_code ignored;
  if (!options.overwrite && fs::is_regular_file(options.out, ignored)) {
    throw jcs::OutputError({"is there already", options.out.string(), "--overwrite to replace it"});
  }
}

void make_manifest(const ManifestCommand& options, jcs::app::App& app) {
  const data::Collection& collection = data::collection(options.kind);
  std::error_code ignored;
  if (!fs::is_directory(options.folder, ignored)) {
    throw jcs::InputError({"is no folder", options.folder.string()});
  }
  require_free(options);
  const data::Manifest manifest = collection.list(options.folder, app.progress(), app.stop());
  require_free(options);  // another run, or a person, may have written meanwhile
  data::write_manifest(options.out, manifest);
  if (!app.quiet()) print_summary(options.out, manifest);
}

struct SplitCommand {
  fs::path manifest, out;
  data::SplitOptions options;
  bool overwrite = false;
};

CLI::App* add_split(CLI::App& cli, SplitCommand& split) {
  CLI::App* command =
      cli.add_subcommand("split", "Divide a manifest by patients: train.csv, val.csv, test.csv");
  command->fallthrough();
  command->add_option("manifest", split.manifest, "CSV file, or list of the release")->required();
  command
      ->add_option("-o,--out,--output", split.out, "Folder to write to; made where it is missing")
      ->required();
  jcs::app::OptionFlags flags(*command);
  split.options.describe(flags);
  command->add_flag("--overwrite", split.overwrite, "replace an earlier split");
  return command;
}

using Lists = std::vector<std::pair<fs::path, const data::Manifest*>>;

// An earlier test.csv beside a new split without one would share patients with it.
void require_free(const SplitCommand& command, const Lists& lists) {
  std::error_code error;
  for (const auto& [file, manifest] : lists) {
    if (!fs::exists(file, error)) continue;
    if (!command.overwrite || fs::equivalent(file, command.manifest, error)) {
      throw jcs::OutputError(
          {"is there already", file.string(),
           command.overwrite ? "another folder than the manifest's" : "--overwrite to replace it"});
    }
  }
}

// All lists or none: a new one beside one of an earlier split would share patients with it.
void write_split(const SplitCommand& command, const Lists& lists) {
  const fs::path& folder = command.out;
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (error) {
    throw jcs::OutputError({"cannot be created: " + error.message(), folder.string()});
  }
  try {
    const auto lock = jcs::OutputLock::inside(folder);
    require_free(command, lists);  // another run may have written meanwhile
    jcs::PendingFiles files;
    std::vector<fs::path> gone;
    for (const auto& [file, manifest] : lists) {
      if (manifest->entries.empty()) {
        gone.push_back(file);
      } else {
        files.add(file, data::manifest_text(file, *manifest));
      }
    }
    files.commit(gone);
  } catch (...) {
    if (made) fs::remove(folder, error);
    throw;
  }
}

// A classifier can neither learn from nor be measured on one label alone.
void warn_of_missing_label(const data::Manifest& whole, const data::Manifest& part,
                           const fs::path& file) {
  const auto has = [](const data::Manifest& manifest, int label) {
    return std::ranges::any_of(manifest.entries,
                               [&](const auto& entry) { return entry.label == label; });
  };
  for (const int label : {0, 1}) {
    if (!part.entries.empty() && has(whole, label) && !has(part, label)) {
      jcs::log().warn("{}: no slice has label {}: another --seed or larger shares may give some",
                      file.string(), label);
    }
  }
}

void split_manifest(const SplitCommand& command, jcs::app::App& app) {
  data::Split split;
  const Lists lists = {{command.out / "train.csv", &split.training},
                       {command.out / "val.csv", &split.validation},
                       {command.out / "test.csv", &split.test}};
  require_free(command, lists);
  const data::Manifest manifest = data::read_manifest(command.manifest);
  split = data::split_by_patient(manifest, command.options, 0, app.progress(), app.stop());
  write_split(command, lists);
  for (const auto& [file, part] : lists) {
    warn_of_missing_label(manifest, *part, file);
  }
  if (app.quiet()) return;
  for (const auto& [file, part] : lists) {
    if (!part->entries.empty()) print_summary(file, *part);
  }
}

struct CheckCommand {
  fs::path training, validation;
};

CLI::App* add_check(CLI::App& cli, CheckCommand& check) {
  CLI::App* command = cli.add_subcommand(
      "check", "Refuse two manifests that share a patient or a picture (exit code 3)");
  command->fallthrough();
  command->add_option("training", check.training, "manifest to learn from")->required();
  command->add_option("validation", check.validation, "manifest to test on")->required();
  return command;
}

void check_manifests(const CheckCommand& check, jcs::app::App& app) {
  const data::Manifest training = data::read_manifest(check.training);
  const data::Manifest validation = data::read_manifest(check.validation);
  data::refuse_overlap(training, validation, 0, app.progress(), app.stop(), /*remedy=*/"");
  if (!app.quiet()) std::printf("no patient and no picture in both\n");
}

}  // namespace

int main(int argc, char** argv) {
  jcs::app::App app(
      "jcs_data", "Makes, divides, checks and describes lists of slices for training.", kExamples);
  ManifestCommand manifest;
  SplitCommand split;
  CheckCommand check;
  ReportCommand report;
  CLI::App* manifest_command = add_manifest(app.cli(), manifest);
  CLI::App* split_command = add_split(app.cli(), split);
  CLI::App* check_command = add_check(app.cli(), check);
  CLI::App* report_command = add_report(app.cli(), report);
  app.cli().require_subcommand(1);
  jcs::app::Decoding decoding(app);
  return app.run(argc, argv, [&] {
    if (manifest_command->parsed()) make_manifest(manifest, app);
    if (split_command->parsed()) split_manifest(split, app);
    if (check_command->parsed()) check_manifests(check, app);
    if (report_command->parsed()) report_manifest(report, app);
  });
}
