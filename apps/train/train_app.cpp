#include "train/train_app.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "jcs/core/device.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/models/device.hpp"
#include "jcs/parallel/rendezvous.hpp"
#include "jcs/training/run_folder.hpp"

namespace jcs::app {

namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// torchrun and Slurm count how often they have given a command again.
bool is_relaunched() {
  for (const char* name : {"TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"}) {
    if (parse_integer(variable(name).value_or("")).value_or(0) > 0) return true;
  }
  return false;
}

}  // namespace

void add_train_arguments(App& app, TrainArguments& arguments) {
  app.cli()
      .add_option("-c,--config", arguments.config, "YAML file with the configuration")
      ->required();
  app.cli()
      .add_option(
          "-s,--set", arguments.settings,
          "stronger than the file, e.g. run.epochs=5; of a mapping its own keys alone; may be "
          "given several times")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  app.cli().add_option("-o,--out,--output", arguments.out,
                       "The run's folder; stronger than run.folder");
  app.cli().add_flag("--print-config", arguments.print_config,
                     "Print the effective configuration and stop");
  app.cli().add_flag("--restart", arguments.restart,
                     "Forget what the run's folder holds and start anew; left out where a "
                     "launcher gives the command again");
}

std::vector<std::string> settings_of(const TrainArguments& arguments) {
  std::vector<std::string> settings = arguments.settings;
  if (!arguments.out.empty()) {
    try {
      settings.push_back("run.folder=" + nlohmann::json(arguments.out).dump());
    } catch (const nlohmann::json::exception&) {
      throw UsageError({"the folder's name is no UTF-8", "--out " + arguments.out});
    }
  }
  return settings;
}

training::Invocation invocation_of(int argc, char** argv, const std::string& yaml, bool restart) {
  training::Invocation invocation;
  invocation.configuration = yaml;
  invocation.command.assign(argv, argv + argc);
  invocation.version = JCS_VERSION;
  invocation.restart = restart;
  invocation.relaunched = is_relaunched();
  return invocation;
}

std::unique_ptr<parallel::Ranks> join_ranks(training::RunOptions& run) {
  const auto rendezvous = parallel::rendezvous_from(variable);
  if (!rendezvous) {
    return parallel::Ranks::alone();
  }
  torch::Device device = models::resolve(parse_device(run.device));
  if (device.is_cuda()) {
    run.device = "cuda:" + std::to_string(rendezvous->local_rank);
    device = models::resolve(parse_device(run.device));
  }
  if (rendezvous->rank > 0) {
    log_warnings_only();
  }
  return parallel::Ranks::join(*rendezvous, device);
}

void refuse_if_under_way(const std::filesystem::path& folder, parallel::Ranks& ranks) {
  std::error_code ignored;
  if (ranks.is_first() && std::filesystem::exists(folder, ignored)) {
    // The training takes the lock for itself.
    const OutputLock lock = training::RunFolder(folder).lock();
  }
  ranks.barrier();
}

training::Observers train_apps(int epochs, bool is_first) {
  training::Observers observers;
  if (!is_first) {
    return observers;
  }
  observers.on_epoch = [epochs](const training::EpochRecord& record, double seconds_left) {
    std::string line = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs) +
                       "  loss " + fixed_text(record.loss, 4);
    for (const auto& [name, value] : record.scores) {
      line += "  " + name + " " + (value ? fixed_text(*value, 4) : "undefined");
    }
    line += "  " + duration_text(record.seconds) + ", " + fixed_text(record.slices_per_second, 1) +
            " slices/s";
    if (seconds_left > 0) {
      line += ", " + duration_text(seconds_left) + " left";
    }
    log_info(line);
  };
  return observers;
}

void log_result(const training::TrainingResult& result, const std::filesystem::path& folder) {
  if (result.was_complete) {
    log_info(folder.string() + ": this run is complete; --restart trains again");
  }
  if (result.stopped_early) {
    log_info("stopped early: the figures no longer got better");
  }
  if (result.best_epoch > 0) {
    log_info("best: epoch " + std::to_string(result.best_epoch) + " with " + result.best_by + " " +
             fixed_text(result.best_score, 4) + ", weights in " +
             (folder / "best.safetensors").string());
  } else if (!result.epochs.empty()) {
    log_warning(
        "no epoch was chosen as the best, whose figure was never defined; the last one's "
        "weights are in " +
        (folder / "final.safetensors").string());
  }
}

std::string examples(const std::string& program) {
  const std::string config = "configs/" + program.substr(program.find('_') + 1) + "_compact.yaml";
  return "  " + program + " --config " + config +
         " --set data.train=train.csv --set data.validation=val.csv --out out/run\n"
         "  " +
         program +
         " --config my.yaml --print-config    every key with its value and a comment\n"
         "  torchrun --no-python --standalone --nproc-per-node 4 " +
         program +
         " --config my.yaml    on four GPUs\n"
         "Without --restart the same command goes on where an interrupted run stopped. The folder\n"
         "holds config.yaml, run.json, metrics.csv, last.ckpt (all state), best.safetensors and,\n"
         "in the end, final.safetensors.";
}

}  // namespace jcs::app
