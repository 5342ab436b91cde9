#include "jcs/weights/model_file.hpp"

#include <future>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/models/blocks.hpp"
#include "jcs/weights/recognise.hpp"
#include "jcs/weights/safetensors.hpp"

#include "numbers.hpp"
#include "plausible.hpp"

namespace jcs::weights {

namespace {

struct Opened {
  TensorMap tensors;
  ModelCard card;
  std::string sha256;
};

const char* name_of(Task task) {
  return task == Task::kClassification ? "a classifier" : "a segmenter";
}

// Whether the network is one that was released; others of its kind were trained by somebody else.
bool of_release(const ModelCard& card) {
  return card.task == Task::kClassification
             ? card.classifier == models::ClassifierOptions::release()
             : card.segmenter == models::SegmenterOptions::release() ||
                   card.segmenter == models::SegmenterOptions::joint_release();
}

// The file's tensors with the card that it has or that a released file would have.
Opened open(const std::filesystem::path& path, Task task) {
  const std::string where = path.string();
  auto digest = std::async([&path] { return sha256_file(path, ExitCode::kWeights); });
  TensorFile file = read_tensors(path);
  auto card = card_of(file.metadata, where);
  if (!card) {
    card = card_of_release(file.tensors);
    if (card && !of_release(*card)) {
      log_warning(
          printable(where) +
          ": does not say how slices are prepared for its network, nor its threshold: those "
          "of the released weights are taken");
    }
  }
  if (!card) {
    std::string looks = to_text(recognise(file.tensors));
    if (const auto classifier = classifier_of(file.tensors)) {
      looks = "a Res2Net of " + std::to_string(classifier->classes) +
              " classes, which a training can start from";
    }
    throw WeightsError({"does not say how its network is built, and is none of the released files",
                        where, name_of(task), looks.empty() ? "unknown names" : looks});
  }
  if (card->task != task) {
    throw WeightsError({"weights of the wrong network", where, name_of(task), name_of(card->task)});
  }
  require_plausible(*card, file.tensors, where);
  require_numbers(file.tensors, where);
  return {std::move(file.tensors), std::move(*card), digest.get()};
}

void build(models::Classifier& net, const ModelCard& card) {
  net = models::Classifier(card.classifier);
}

void build(models::SegmentationNetwork& net, const ModelCard& card) {
  net = models::make_segmentation_network(card.segmenter);
}

// The network that a card names, filled.
template <class Holder>
LoadReport make(Holder& net, const ModelCard& card, const TensorMap& tensors,
                const LoadOptions& options) {
  const models::WithoutInitialisation to_be_filled;
  try {
    build(net, card);
  } catch (const UsageError& error) {
    throw WeightsError(
        {std::string("names an architecture that cannot be: ") + error.what(), options.source});
  }
  LoadReport report = load_into(*net, tensors, options);
  net->eval();
  return report;
}

template <class Loaded>
Loaded load(const std::filesystem::path& path, Task task, LoadOptions options) {
  Opened opened = open(path, task);
  options.source = path.string();
  Loaded loaded;
  loaded.report = make(loaded.net, opened.card, opened.tensors, options);
  loaded.card = std::move(opened.card);
  loaded.sha256 = std::move(opened.sha256);
  return loaded;
}

}  // namespace

void save_model(const std::filesystem::path& file, const torch::nn::Module& network,
                const ModelCard& card) {
  write_safetensors(file, state_of(network), to_metadata(card));
}

LoadedClassifier load_classifier(const std::filesystem::path& file, const LoadOptions& options) {
  return load<LoadedClassifier>(file, Task::kClassification, options);
}

LoadedSegmenter load_segmenter(const std::filesystem::path& file, const LoadOptions& options) {
  return load<LoadedSegmenter>(file, Task::kSegmentation, options);
}

void require_fit(const ModelCard& card, const TensorMap& tensors, const std::string& where) {
  require_plausible(card, tensors, where);
  LoadOptions options;
  options.source = where;
  if (card.task == Task::kClassification) {
    models::Classifier net{nullptr};
    make(net, card, tensors, options);
  } else {
    models::SegmentationNetwork net{nullptr};
    make(net, card, tensors, options);
  }
}

}  // namespace jcs::weights
