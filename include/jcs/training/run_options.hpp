#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "jcs/core/fields.hpp"
#include "jcs/data/sampling.hpp"

namespace jcs::training {

/// What the training learns from.
struct DataOptions {
  std::filesystem::path train;       ///< manifest
  std::filesystem::path validation;  ///< manifest of other patients
  int workers = 2;
  bool shuffle = true;
  data::Balance balance = data::Balance::kNone;
  bool clean_slices = false;
  std::filesystem::path cache;
  bool allow_overlap = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("train", train, "manifest of the slices to learn from");
    v.field("validation", validation, "manifest of slices of other patients, to measure on");
    v.field("workers", workers, "threads that read and prepare slices; 0 uses the training thread",
            between(0, 256));
    v.field("shuffle", shuffle,
            "another order in every epoch; false: the list's, each epoch going on where the last "
            "ended");
    v.choice("balance", balance, "what an epoch shows equally often",
             {{"none", data::Balance::kNone},
              {"label", data::Balance::kLabel},
              {"source", data::Balance::kSource},
              {"label_and_source", data::Balance::kLabelAndSource}});
    v.field("clean_slices", clean_slices,
            "segmentation: slices with label 0 and no mask count as annotated with nothing");
    v.field("cache", cache,
            "folder that keeps decoded slices between epochs and runs; empty decodes every time");
    v.field("allow_overlap", allow_overlap,
            "go on where a patient or a picture stands in both manifests");
  }
};

/// In what numbers the network computes while it learns; weights and optimizer stay in fp32.
enum class Precision {
  kFp32,
  kBf16,  ///< autocast to bfloat16, on CUDA and on CPUs (fast where the core has it)
  kFp16   ///< autocast to half with loss scaling, on CUDA alone
};

/// What both trainings share.
struct RunOptions {
  std::filesystem::path folder = "out/run";  ///< checkpoints, weights and figures
  std::int64_t seed = 1;
  std::string device = "auto";
  int threads = 0;
  int epochs = 10;
  std::int64_t iterations = 0;  ///< stop after so many; 0: after the epochs
  int batch_size = 8;           ///< of one step, over all processes and parts
  int accumulate = 1;
  Precision precision = Precision::kFp32;
  bool channels_last = true;
  double clip_gradient = 0.0;
  int validate_every = 1;
  std::string best_by;
  int patience = 0;
  std::int64_t checkpoint_every = 0;
  int keep_checkpoints = 0;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("folder", folder, "where checkpoints, weights and figures go; --out is stronger");
    v.field("seed", seed, "of everything random", at_least(0));
    v.field("device", device, "auto, cpu, cuda or cuda:N");
    v.field("threads", threads, "CPU threads of the network; 0 uses every core", between(0, 1024));
    v.field("epochs", epochs,
            "times that the slices are gone through; a batch that is not full is left out, unless "
            "it is the only one",
            at_least(1));
    v.field("iterations", iterations, "stop after so many batches; 0 goes through all epochs",
            at_least(0));
    v.field("batch_size", batch_size, "slices of one step, over all processes together",
            between(1, 65536));
    v.field("accumulate", accumulate,
            "parts in which a batch is worked through one after another, to save memory",
            between(1, 65536));
    v.choice("precision", precision, "numbers the network computes in while it learns",
             {{"fp32", Precision::kFp32}, {"bf16", Precision::kBf16}, {"fp16", Precision::kFp16}});
    v.field("channels_last", channels_last,
            "channels innermost in memory, faster on most machines; false: as LibTorch has them");
    v.field("clip_gradient", clip_gradient, "largest norm of the gradient; 0 leaves it as it is",
            at_least(0));
    v.field("validate_every", validate_every, "epochs between two validations", at_least(1));
    v.field("best_by", best_by,
            "validation figure that chooses the best weights; empty takes the first of the log");
    v.field("patience", patience,
            "stop after so many validations without a better one; 0 never stops early",
            at_least(0));
    v.field("checkpoint_every", checkpoint_every,
            "batches between two checkpoints within an epoch; 0 writes them between epochs and "
            "before validations alone",
            at_least(0));
    v.field("keep_checkpoints", keep_checkpoints,
            "checkpoints of past epochs that are kept beside the last one", between(0, 100000));
  }
};

}  // namespace jcs::training
