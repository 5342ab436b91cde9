#include "train/train_app.hpp"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/training/run_folder.hpp"

namespace jcs::app {

namespace {

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

}  // namespace

void add_train_arguments(App& app, TrainArguments& arguments) {
  app.cli()
      .add_option("-c,--config", arguments.config, "YAML file with the configuration")
      ->required();
  app.cli()
      .add_option("-s,--set", arguments.settings,
                  "KEY=VALUE, stronger than the file, e.g. run.epochs=5")
      ->take_all()
      ->allow_extra_args(false);
  app.cli().add_option("-o,--out", arguments.out, "The run's folder; stronger than run.folder");
  app.cli().add_flag("--print-config", arguments.print_config,
                     "Print the effective configuration and stop");
  app.cli().add_flag("--restart", arguments.restart,
                     "Forget what the run's folder holds and start anew");
}

std::vector<std::string> settings_of(const TrainArguments& arguments) {
  std::vector<std::string> settings = arguments.settings;
  if (!arguments.out.empty()) {
    settings.push_back("run.folder=" + nlohmann::json(arguments.out).dump());
  }
  return settings;
}

training::Invocation invocation_of(int argc, char** argv, const std::string& yaml) {
  training::Invocation invocation;
  invocation.configuration = yaml;
  invocation.command.assign(argv, argv + argc);
  invocation.version = JCS_VERSION;
  return invocation;
}

void restart_if_asked(const TrainArguments& arguments, const std::filesystem::path& folder) {
  if (arguments.restart) {
    training::RunFolder(folder).clear();
  }
}

training::Observers train_apps(int epochs) {
  training::Observers observers;
  observers.on_epoch = [epochs](const training::EpochRecord& record, double seconds_left) {
    std::string line = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs) +
                       "  loss " + fixed(record.loss, 4);
    for (const auto& [name, value] : record.scores) {
      line += "  " + name + " " + (value ? fixed(*value, 4) : "undefined");
    }
    line += "  " + duration_text(record.seconds) + ", " + fixed(record.slices_per_second, 1) +
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
    log_info("best: epoch " + std::to_string(result.best_epoch) + " with " +
             fixed(result.best_score, 4) + ", weights in " +
             (folder / "best.safetensors").string());
  }
}

}  // namespace jcs::app
