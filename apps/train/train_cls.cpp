#include "jcs/training/classifier_trainer.hpp"

#include "train/train_app.hpp"

int main(int argc, char** argv) {
  using namespace jcs;
  return app::train_main<training::ClassifierTrainingOptions>(
      argc, argv, "train_cls", "Train the slice classifier from a YAML configuration.",
      training::train_classifier);
}
