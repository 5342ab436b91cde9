#pragma once

#include <filesystem>

#include "jcs/core/fields.hpp"
#include "jcs/core/preprocessing.hpp"
#include "jcs/data/augmentation.hpp"
#include "jcs/explain/reading.hpp"
#include "jcs/models/options.hpp"
#include "jcs/training/dice_reading.hpp"
#include "jcs/training/run_options.hpp"
#include "jcs/training/schedule.hpp"

namespace jcs::training {

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

/// The classifier whose features a fused segmenter takes (paper, Table VI).
struct FusedClassifierOptions {
  std::filesystem::path weights;  ///< of a trained classifier; empty: as `initial` leaves it
  bool frozen = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("weights", weights, "file of the classifier whose features are fused");
    v.field("frozen", frozen, "it learns no more, its batch norms' statistics included");
  }
};

/// Mixup of training slices (paper, equation 3).
struct MixupOptions {
  double alpha = 0.0;  ///< the paper's is 0.5

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("alpha", alpha, "of the Beta distribution that draws the shares; 0 mixes nothing",
            between(0, 100));
  }
};

/// The supervised activation map (paper, equation 4).
struct MapSupervisionOptions {
  double weight = 0.0;  ///< of its loss beside the classification's; the paper gives none
  explain::Reading reading = explain::Reading::kPaper;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("weight", weight, "of the loss between activation map and annotation; 0 leaves it out",
            at_least(0));
    v.choice("reading", reading, "how channels become a map",
             {{"paper", explain::Reading::kPaper}, {"release", explain::Reading::kRelease}});
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
  MixupOptions mixup;
  MapSupervisionOptions map_supervision;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;

  template <class Visitor>
  void describe(Visitor& v) {
    v.section("run", run, "the run");
    v.section("data", data, "the data");
    v.section("preprocessing", preprocessing, "how a slice becomes the network's input");
    v.section("augmentation", augmentation, "random changes of training slices");
    v.section("mixup", mixup, "mixtures of two slices (paper, equation 3)");
    v.section("map_supervision", map_supervision,
              "the activation map is drawn into the annotation (paper, equation 4)");
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
  FusedClassifierOptions fused_classifier;
  DiceReading dice = DiceReading::kStandard;
  bool deep_supervision = true;
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
    v.section("fused_classifier", fused_classifier,
              "the classifier whose features are fused, where network.fusion asks for them");
    v.choice("dice", dice, "the Dice loss, which jcs and unet learn from",
             {{"standard", DiceReading::kStandard}, {"paper", DiceReading::kPaper}});
    v.field("deep_supervision", deep_supervision,
            "a loss on every side output (paper, equation 6); without, on what makes the "
            "prediction");
    v.section("optimizer", optimizer, "the optimizer");
    v.section("schedule", schedule, "the learning rate over time");
  }
};

/// @throws UsageError for options that contradict one another or name no data.
void check(const ClassifierTrainingOptions& options);
void check(const SegmenterTrainingOptions& options);

}  // namespace jcs::training
