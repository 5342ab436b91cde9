#pragma once

#include "jcs/training/training_loop.hpp"

#include "common/app.hpp"

namespace jcs::app {

/// The command line that both trainings share.
struct TrainArguments {
  std::string config;
  std::vector<std::string> settings;
  std::string out;
  bool print_config = false;
  bool restart = false;
};

void add_train_arguments(App& app, TrainArguments& arguments);

/// All settings of the command line, those with an option of their own included.
std::vector<std::string> settings_of(const TrainArguments& arguments);

/// What the run's folder is to say of this command.
training::Invocation invocation_of(int argc, char** argv, const std::string& yaml);

/// Removes what an earlier run left in the folder, when the user asked to start anew.
void restart_if_asked(const TrainArguments& arguments, const std::filesystem::path& folder);

/// Logs one line an epoch, and after the last one where the weights are.
training::Observers train_apps(int epochs);
void log_result(const training::TrainingResult& result, const std::filesystem::path& folder);

}  // namespace jcs::app
