#include "jcs/training/options.hpp"

#include "jcs/core/device.hpp"
#include "jcs/core/error.hpp"
#include "jcs/models/segmentation_network.hpp"
#include "jcs/training/run_folder.hpp"

namespace jcs::training {

namespace {

void check_shared(const RunOptions& run, const DataOptions& data,
                  const Preprocessing& preprocessing,
                  const data::AugmentationOptions& augmentation) {
  if (data.train.empty()) {
    throw UsageError({"no data to learn from", "data.train", "a manifest (CSV)"});
  }
  if (data.validation.empty()) {
    throw UsageError({"no data to measure on", "data.validation", "a manifest (CSV)"});
  }
  if (run.folder.empty()) {
    throw UsageError({"no folder for the run", "run.folder"});
  }
  const Device device = parse_device(run.device);
  if (run.precision == Precision::kFp16 && device.kind == Device::Kind::kCpu) {
    throw UsageError(
        {"half precision is for CUDA devices", "run.precision", "fp32 or bf16", "fp16"});
  }
  if (run.accumulate > run.batch_size) {
    throw UsageError({"more parts than a batch has slices", "run.accumulate",
                      "at most " + std::to_string(run.batch_size), std::to_string(run.accumulate)});
  }
  if (preprocessing.resize > 0 && preprocessing.crop > preprocessing.resize) {
    throw UsageError({"crop is larger than what it is cut from", "preprocessing.crop",
                      "at most " + std::to_string(preprocessing.resize),
                      std::to_string(preprocessing.crop)});
  }
  if (augmentation.random_crop && preprocessing.crop == 0) {
    throw UsageError({"a random crop needs a size", "preprocessing.crop", "pixels", "0"});
  }
}

// The first epoch would replace them, and a restart removes them before: nothing could go on from
// what they were.
void check_start(const char* key, const std::filesystem::path& weights, const RunOptions& run) {
  if (!weights.empty() && is_file_of_run(run.folder, weights)) {
    throw UsageError({"the run's own files are no weights to start from", key,
                      "a copy of them, or another run.folder", weights.string()});
  }
}

// Smaller slices would vanish on their way through a network.
void require_room(const Preprocessing& preprocessing) {
  constexpr int kSmallest = 32;
  const bool crops = preprocessing.crop > 0;
  const int side = crops ? preprocessing.crop : preprocessing.resize;
  if (side > 0 && side < kSmallest) {
    throw UsageError({"slices are too small for the network",
                      crops ? "preprocessing.crop" : "preprocessing.resize",
                      "at least " + std::to_string(kSmallest), std::to_string(side)});
  }
}

// Refuses what the network's architecture has no use for.
void check_architecture(const SegmenterTrainingOptions& options) {
  using Architecture = models::SegmenterOptions::Architecture;
  const Architecture architecture = options.network.architecture;
  const std::string name = models::title(architecture);
  if (architecture != Architecture::kJcs &&
      (options.fused_classifier.frozen || !options.fused_classifier.weights.empty())) {
    throw UsageError({name + " takes no features of a classifier", "fused_classifier",
                      "nothing, or network.architecture: jcs"});
  }
  if (architecture != Architecture::kJcs && architecture != Architecture::kUnet &&
      options.dice != DiceReading::kStandard) {
    throw UsageError({name + " learns without a Dice loss", "dice", "standard", "paper"});
  }
}

}  // namespace

void check(const ClassifierTrainingOptions& options) {
  check_shared(options.run, options.data, options.preprocessing, options.augmentation);
  check_start("initial.weights", options.initial.weights, options.run);
  if (options.network.classes != 2) {
    throw UsageError({"slices are positive or negative", "network.classes", "2",
                      std::to_string(options.network.classes)});
  }
  if (options.data.clean_slices) {
    throw UsageError({"clean slices are what a segmenter may learn from", "data.clean_slices",
                      "false, since a classifier learns from all labels anyway", "true"});
  }
}

void check(const SegmenterTrainingOptions& options) {
  check_shared(options.run, options.data, options.preprocessing, options.augmentation);
  check_start("initial.weights", options.initial.weights, options.run);
  check_start("fused_classifier.weights", options.fused_classifier.weights, options.run);
  require_room(options.preprocessing);
  models::check(options.network);
  check_architecture(options);
  if (options.fused_classifier.frozen && options.fused_classifier.weights.empty() &&
      options.initial.weights.empty()) {
    throw UsageError({"a classifier of random weights would be frozen", "fused_classifier.frozen",
                      "fused_classifier.weights or initial.weights beside it", "neither"});
  }
  if (options.network.fusion == models::SegmenterOptions::Fusion::kNone &&
      (options.fused_classifier.frozen || !options.fused_classifier.weights.empty())) {
    throw UsageError(
        {"no classifier is fused", "fused_classifier", "network.fusion: paper or release", "none"});
  }
}

}  // namespace jcs::training
