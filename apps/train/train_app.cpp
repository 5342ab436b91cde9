#include "train/train_app.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "jcs/core/error.hpp"
#include "jcs/core/log_text.hpp"

namespace jcs::app {

namespace {

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::string duration(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) {
    return std::to_string(whole) + " s";
  }
  if (whole < 3600) {
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  }
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
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
  app.cli().add_flag("--print-config", arguments.print_config,
                     "Print the effective configuration and stop");
  app.cli().add_flag("--restart", arguments.restart,
                     "Forget the checkpoint in the run's folder and start anew");
}

void restart_if_asked(const TrainArguments& arguments, const std::filesystem::path& folder) {
  if (!arguments.restart) {
    return;
  }
  for (const char* name : {"checkpoint.safetensors", "best.safetensors", "last.safetensors",
                           "log.csv", "config.yaml"}) {
    std::error_code error;
    std::filesystem::remove(folder / name, error);
    if (error) {
      throw OutputError({"cannot be removed: " + error.message(), (folder / name).string()});
    }
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
    line += "  " + duration(record.seconds);
    if (seconds_left > 0) {
      line += ", " + duration(seconds_left) + " left";
    }
    log_info(line);
  };
  return observers;
}

void log_result(const training::TrainingResult& result, const std::filesystem::path& folder) {
  if (result.was_complete) {
    log_info(folder.string() + ": this run is complete; --restart trains again");
  }
  if (result.best_epoch > 0) {
    log_info("best: epoch " + std::to_string(result.best_epoch) + " with " +
             fixed(result.best_score, 4) + ", weights in " +
             (folder / "best.safetensors").string());
  }
}

}  // namespace jcs::app
