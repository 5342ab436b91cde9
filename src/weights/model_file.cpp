#include "jcs/weights/model_file.hpp"

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/weights/recognise.hpp"
#include "jcs/weights/safetensors.hpp"

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

// The file's tensors with the card that it has or that a released file would have.
Opened open(const std::filesystem::path& path, Task task) {
  const std::string where = path.string();
  TensorFile file = read_tensors(path);
  auto card = card_of(file.metadata, where);
  if (!card) {
    card = card_of_release(file.tensors);
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
  return {std::move(file.tensors), std::move(*card), sha256_file(path)};
}

template <class Loaded, class Holder, class Options>
Loaded load(const std::filesystem::path& path, Task task, LoadOptions load_options,
            Options ModelCard::*architecture) {
  Opened opened = open(path, task);
  Loaded loaded;
  try {
    loaded.net = Holder(opened.card.*architecture);
  } catch (const UsageError& error) {
    throw WeightsError(
        {std::string("names an architecture that cannot be: ") + error.what(), path.string()});
  }
  load_options.source = path.string();
  loaded.report = load_into(*loaded.net, opened.tensors, load_options);
  loaded.net->eval();
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
  return load<LoadedClassifier, models::Classifier>(file, Task::kClassification, options,
                                                    &ModelCard::classifier);
}

LoadedSegmenter load_segmenter(const std::filesystem::path& file, const LoadOptions& options) {
  return load<LoadedSegmenter, models::Segmenter>(file, Task::kSegmentation, options,
                                                  &ModelCard::segmenter);
}

}  // namespace jcs::weights
