#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "jcs/core/fields.hpp"
#include "jcs/core/preprocessing.hpp"
#include "jcs/data/augmentation.hpp"
#include "jcs/models/options.hpp"
#include "jcs/training/losses.hpp"
#include "jcs/training/schedule.hpp"

namespace jcs::training {

/// What the training learns from.
struct DataOptions {
  std::filesystem::path train;       ///< manifest (CSV)
  std::filesystem::path validation;  ///< manifest (CSV) of other patients
  int workers = 2;
  bool shuffle = true;
  bool clean_slices = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("train", train, "manifest (CSV) of the slices to learn from");
    v.field("validation", validation, "manifest (CSV) of slices of other patients, to measure on");
    v.field("workers", workers, "threads that read and prepare slices; 0 uses the training thread",
            between(0, 256));
    v.field("shuffle", shuffle, "another order in every epoch");
    v.field("clean_slices", clean_slices,
            "segmentation: slices with label 0 and no mask count as annotated with nothing");
  }
};

struct OptimizerOptions {
  enum class Kind { kSgd, kAdam };
  Kind kind = Kind::kAdam;
  double learning_rate = 1e-3;
  double momentum = 0.9;  ///< SGD
  double beta1 = 0.9;     ///< Adam
  double beta2 = 0.999;   ///< Adam
  double weight_decay = 0.0;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("kind", kind, "optimizer", {{"sgd", Kind::kSgd}, {"adam", Kind::kAdam}});
    v.field("learning_rate", learning_rate, "at the start of the schedule", positive());
    v.field("momentum", momentum, "sgd: momentum", between(0, 1));
    v.field("beta1", beta1, "adam: decay of the first moment", between(0, 0.9999999));
    v.field("beta2", beta2, "adam: decay of the second moment", between(0, 0.9999999));
    v.field("weight_decay", weight_decay, "L2 penalty added to the gradient", at_least(0));
  }
};

/// Weights that a network starts from.
struct InitialWeights {
  std::filesystem::path weights;  ///< empty: random
  bool partial = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("weights", weights, "file of weights to start from; empty starts at random");
    v.field("partial", partial, "take what fits and leave the rest at random");
  }
};

/// What both trainings share.
struct RunOptions {
  std::filesystem::path folder = "out/run";  ///< checkpoints and log
  std::int64_t seed = 1;
  std::string device = "auto";
  int threads = 0;
  int epochs = 10;
  std::int64_t iterations = 0;  ///< stop after so many; 0: after the epochs
  int batch_size = 8;
  int validate_every = 1;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("folder", folder, "where checkpoints, weights and the log go");
    v.field("seed", seed, "of everything random", at_least(0));
    v.field("device", device, "auto, cpu or cuda:N");
    v.field("threads", threads, "CPU threads of the network; 0 uses every core", between(0, 1024));
    v.field("epochs", epochs, "times that every slice is seen", at_least(1));
    v.field("iterations", iterations, "stop after so many batches; 0 goes through all epochs",
            at_least(0));
    v.field("batch_size", batch_size, "slices a batch", between(1, 65536));
    v.field("validate_every", validate_every, "epochs between two validations", at_least(1));
  }
};

/// Everything that `train_cls` reads from its YAML file.
struct ClassifierTrainingOptions {
  RunOptions run;
  DataOptions data;
  Preprocessing preprocessing;
  data::AugmentationOptions augmentation;
  models::ClassifierOptions network;
  InitialWeights initial;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;

  template <class Visitor>
  void describe(Visitor& v) {
    v.section("run", run, "the run");
    v.section("data", data, "the data");
    v.section("preprocessing", preprocessing, "how a slice becomes the network's input");
    v.section("augmentation", augmentation, "random changes of training slices");
    v.section("network", network, "the classifier");
    v.section("initial", initial, "what the network starts from");
    v.section("optimizer", optimizer, "the optimizer");
    v.section("schedule", schedule, "the learning rate over time");
  }
};

/// Everything that `train_seg` reads from its YAML file.
struct SegmenterTrainingOptions {
  RunOptions run;
  DataOptions data;
  Preprocessing preprocessing{.resize = 512, .crop = 0};
  data::AugmentationOptions augmentation;
  models::SegmenterOptions network;
  InitialWeights initial;
  DiceReading dice = DiceReading::kStandard;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;

  template <class Visitor>
  void describe(Visitor& v) {
    v.section("run", run, "the run");
    v.section("data", data, "the data");
    v.section("preprocessing", preprocessing, "how a slice becomes the network's input");
    v.section("augmentation", augmentation, "random changes of training slices");
    v.section("network", network, "the segmenter");
    v.section("initial", initial, "what the network starts from");
    v.choice("dice", dice, "the Dice loss",
             {{"standard", DiceReading::kStandard}, {"paper", DiceReading::kPaper}});
    v.section("optimizer", optimizer, "the optimizer");
    v.section("schedule", schedule, "the learning rate over time");
  }
};

/// @throws UsageError for options that contradict one another or name no data.
void check(const ClassifierTrainingOptions& options);
void check(const SegmenterTrainingOptions& options);

}  // namespace jcs::training
