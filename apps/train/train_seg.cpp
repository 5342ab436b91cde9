#include "jcs/training/segmenter_trainer.hpp"

#include "train/train_app.hpp"

int main(int argc, char** argv) {
  using namespace jcs;
  return app::train_main<training::SegmenterTrainingOptions>(
      argc, argv, "train_seg", "Train the opacity segmenter from a YAML configuration.",
      training::train_segmenter);
}
