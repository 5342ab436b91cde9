#include "eval/network_source.hpp"

#include <system_error>
#include <utility>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/data/overlap.hpp"

#include "common/option_flags.hpp"
#include "eval/people.hpp"

namespace jcs::app {

namespace fs = std::filesystem;

namespace {

constexpr int kMostThreads = 1024;
constexpr int kLargestBatch = 4096;
constexpr const char* kRemedy = "--allow-overlap";

// Enough of a hash to tell two lists apart and to find it in `run.json`.
std::string shortened(const std::string& sha256) { return sha256.substr(0, 12); }

// Whether the list is another one than the weights say that they learned from; those of others say
// nothing. Who stands in another list tells nothing of who was learned from.
bool is_another_list(const std::filesystem::path& list, const std::string& learned_from,
                     bool allowed) {
  if (learned_from.empty()) {
    return false;
  }
  const std::string given = sha256_file(list);
  if (given == learned_from) {
    return false;
  }
  if (!allowed) {
    throw InputError(
        {"is not the list that the weights were trained on", list.string(),
         "SHA-256 " + shortened(learned_from) + "...; " + kRemedy + " goes on knowingly",
         shortened(given) + "..."});
  }
  log_warning(list.string() +
              " is not the list that the weights were trained on: if some of that is measured on, "
              "the figures are too good");
  return true;
}

// A folder P001 without a patient and slices of a patient P001: its name, or nothing.
std::string study_named_like_a_patient(const People& first, const People& second) {
  for (const auto& [one, other] : {std::pair{&first, &second}, std::pair{&second, &first}}) {
    for (const std::string& folder : one->unnamed) {
      if (other->patients.contains(folder)) return folder;
    }
  }
  return {};
}

}  // namespace

void add_network_arguments(App& app, NetworkArguments& arguments) {
  CLI::App& cli = app.cli();
  const char* group = "Network";
  cli.add_option("--run", arguments.run,
                 "folder of a training run: its best weights, on its validation manifest unless "
                 "--manifest names another")
      ->group(group);
  cli.add_option("--weights", arguments.weights, "file of weights")->group(group);
  cli.add_option("--manifest", arguments.manifest,
                 "CSV file, or list of the release, to measure on")
      ->group(group);
  cli.add_option("--trained-on", arguments.trained_on,
                 "manifest that the weights were trained on, unchanged since; no patient and no "
                 "picture of it may be measured on. --run knows it")
      ->group(group);
  cli.add_flag("--allow-overlap", arguments.allow_overlap,
               "measure on patients and pictures of the training too, or where the list of them is "
               "another one now, knowingly")
      ->group(group);
  cli.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->group(group);
  OptionFlags flags(cli);
  inference::describe(flags, arguments.precision);
  cli.get_option("--precision")->group(group);
  cli.add_option("--threads", arguments.threads, "CPU threads; 0: all cores that may be used")
      ->check(CLI::Range(0, kMostThreads))
      ->capture_default_str();
  cli.add_option("--batch-size", arguments.batch, "slices at once; 0: what suits the device")
      ->check(CLI::Range(0, kLargestBatch))
      ->capture_default_str()
      ->group(group);
}

std::vector<fs::path> files_of(const NetworkArguments& arguments, const RunData& run_data) {
  std::vector<fs::path> files{arguments.weights, arguments.manifest, arguments.trained_on,
                              run_data.train, run_data.validation};
  if (!arguments.run.empty()) {
    for (const char* name : {"config.yaml", "run.json", "best.safetensors", "final.safetensors",
                             "last.ckpt", "model_card.md", "metrics.csv"}) {
      files.push_back(arguments.run / name);
    }
  }
  return files;
}

void measure_where_told(App& app, const NetworkArguments& given, NetworkArguments& recorded) {
  recorded.threads = given.threads;
  recorded.batch = given.batch;
  if (app.cli().count("--device") > 0) recorded.device = given.device;
}

inference::RunnerOptions runner_options(const NetworkArguments& arguments) {
  return {.device = parse_device(arguments.device),
          .threads = arguments.threads,
          .batch_size = arguments.batch,
          .precision = arguments.precision};
}

void complete(NetworkArguments& arguments, const RunData& run_data) {
  if (!arguments.run.empty()) {
    if (!arguments.weights.empty()) {
      throw UsageError({"--run and --weights both name weights", "--weights", "one of them"});
    }
    arguments.weights = arguments.run / "best.safetensors";
    if (arguments.manifest.empty()) {
      arguments.manifest = run_data.validation;
    }
    std::error_code ignored;
    if (arguments.trained_on.empty() && fs::is_regular_file(run_data.train, ignored)) {
      arguments.trained_on = run_data.train;
    }
  }
  if (arguments.manifest.empty()) {
    throw UsageError({"no data to measure on", "--manifest", "a CSV file"});
  }
}

std::string check_overlap(const NetworkArguments& arguments, const data::Manifest& manifest,
                          const nlohmann::json& provenance, Progress& progress,
                          const std::stop_token& stop) {
  const std::string trained_on = provenance.value("train_manifest_sha256", "");
  if (trained_on == sha256_file(manifest.file) && !arguments.allow_overlap) {
    throw InputError({"the weights were trained on this manifest", manifest.file.string(),
                      std::string("other slices; ") + kRemedy + " goes on knowingly"});
  }
  if (arguments.trained_on.empty()) {
    if (!arguments.allow_overlap) {
      log_warning(
          "nobody said what the weights were trained on (--trained-on): if some of it is measured "
          "on, the figures are too good");
    }
    return "not checked";
  }
  const bool another = is_another_list(arguments.trained_on, trained_on, arguments.allow_overlap);
  const data::Manifest listed =
      data::read_manifest(arguments.trained_on, data::Images::kFilesAndFolders);
  const People learned_from = people_of(listed), measured_on = people_of(manifest);
  const data::Manifest training = data::with_files_of_folders(listed);
  const data::Manifest measured = data::with_files_of_folders(manifest);
  const std::string same_name = study_named_like_a_patient(learned_from, measured_on);
  data::Overlap overlap;
  if (arguments.allow_overlap) {
    overlap = data::find_overlap(training, measured, 0, progress, stop);
  } else {
    data::refuse_overlap(training, measured, 0, progress, stop, kRemedy);
    if (!same_name.empty()) {
      throw InputError(
          {"a study's folder is named like a patient on the other side: " + same_name,
           manifest.file.string(),
           std::string("a column patient, or other patients; ") + kRemedy + " goes on knowingly"});
    }
  }
  if (!overlap.empty()) {
    log_warning(std::to_string(overlap.patients.size()) + " patients and " +
                std::to_string(overlap.pictures.size()) +
                " pictures were trained on and are measured on: the figures are too good");
    return "allowed";
  }
  if (!same_name.empty()) {
    log_warning(manifest.file.string() +
                ": a study's folder is named like a patient on the other " + "side, " + same_name +
                ": the figures may be too good");
    return "allowed";
  }
  if (cannot_be_compared(learned_from, measured_on)) {
    log_warning(manifest.file.string() +
                ": of studies that name no patient it was not checked whether their patients were "
                "trained on");
    return "not checked";
  }
  return another ? "not checked" : "none";
}

}  // namespace jcs::app
