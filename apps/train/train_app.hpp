#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jcs/config/yaml.hpp"
#include "jcs/parallel/ranks.hpp"
#include "jcs/training/training_loop.hpp"

#include "common/app.hpp"
#include "common/decoding.hpp"
#include "common/print.hpp"

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

/// What the run's folder is to say of this command, and whether a launcher has given it before.
training::Invocation invocation_of(int argc, char** argv, const std::string& yaml, bool restart);

/// Meets the other processes where a launcher started several, and gives each of this machine's
/// GPUs to one of them. @throws UsageError
std::unique_ptr<parallel::Ranks> join_ranks(training::RunOptions& run);

/// Tells of a run that is under way in the folder before any data are read; all processes return
/// together. @throws OutputError
void refuse_if_under_way(const std::filesystem::path& folder, parallel::Ranks& ranks);

/// Logs one line an epoch on the first of the processes, and after the last one where the weights
/// are.
training::Observers train_apps(int epochs, bool is_first);
void log_result(const training::TrainingResult& result, const std::filesystem::path& folder);

/// The examples below the options of a program of this name.
std::string examples(const std::string& program);

/// A training program: parses, meets the other processes, trains, says where the weights are.
template <class Options>
int train_main(int argc, char** argv, const std::string& name, const std::string& description,
               training::TrainingResult (*train)(const Options&, const training::Invocation&,
                                                 const training::Observers&, Progress&,
                                                 const std::stop_token&, parallel::Ranks*)) {
  App app(name, description, examples(name));
  TrainArguments arguments;
  add_train_arguments(app, arguments);
  Decoding decoding(app);
  return app.run(argc, argv, [&] {
    auto options = config::load<Options>(arguments.config, settings_of(arguments));
    const std::string yaml = config::to_yaml(options);
    if (arguments.print_config) {
      print(yaml);
      return;
    }
    training::check(options);
    const auto ranks = join_ranks(options.run);
    refuse_if_under_way(options.run.folder, *ranks);
    Progress& progress = ranks->is_first() ? app.progress() : no_progress();
    const training::TrainingResult result =
        train(options, invocation_of(argc, argv, yaml, arguments.restart),
              train_apps(options.run.epochs, ranks->is_first()), progress, app.stop(), ranks.get());
    log_result(result, options.run.folder);
  });
}

}  // namespace jcs::app
