#include "jcs/config/yaml.hpp"
#include "jcs/training/classifier_trainer.hpp"

#include "common/app.hpp"
#include "train/train_app.hpp"

int main(int argc, char** argv) {
  using namespace jcs;
  app::App app(
      "train_cls", "Train the slice classifier from a YAML configuration.",
      "  train_cls --config configs/cls_compact.yaml --set data.train=train.csv --set "
      "data.validation=val.csv --out out/run\n"
      "  train_cls --config my.yaml --print-config    every key with its value and a comment\n"
      "The same command goes on where an interrupted run stopped. The folder holds config.yaml, "
      "run.json,\n"
      "metrics.csv, last.ckpt (all state), best.safetensors and, in the end, final.safetensors.");
  app::TrainArguments arguments;
  app::add_train_arguments(app, arguments);
  return app.run(argc, argv, [&] {
    const auto options = config::load<training::ClassifierTrainingOptions>(
        arguments.config, app::settings_of(arguments));
    const std::string yaml = config::to_yaml(options);
    if (arguments.print_config) {
      std::fputs(yaml.c_str(), stdout);
      return;
    }
    training::check(options);
    app::restart_if_asked(arguments, options.run.folder);
    const training::TrainingResult result =
        training::train_classifier(options, app::invocation_of(argc, argv, yaml),
                                   app::train_apps(options.run.epochs), app.progress(), app.stop());
    app::log_result(result, options.run.folder);
  });
}
