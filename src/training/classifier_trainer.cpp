#include "jcs/training/classifier_trainer.hpp"

#include <torch/torch.h>

#include "jcs/core/device.hpp"
#include "jcs/data/slice_dataset.hpp"
#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/mean.hpp"
#include "jcs/models/classifier.hpp"
#include "jcs/models/device.hpp"
#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"

namespace jcs::training {

namespace {

class ClassifierTask : public Task {
 public:
  ClassifierTask(const ClassifierTrainingOptions& options, data::SliceDataset validation)
      : options_(options),
        validation_(std::move(validation)),
        device_(models::resolve(parse_device(options.run.device))),
        network_(options.network) {
    start_from(options.initial, *network_);
    network_->to(device_);
  }

  torch::nn::Module& network() override { return *network_; }

  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    return {torch::cross_entropy_loss(network_->forward(batch.images), batch.labels)};
  }

  Scores validate(Progress& progress, const std::stop_token& stop) override {
    metrics::Confusion counts;
    metrics::Mean loss;
    const data::LoaderOptions loader = validation_loader(options_.run, options_.data);
    const std::size_t batches = batches_per_epoch(validation_.size(), loader);
    data::for_each_batch(validation_, loader, 0, 0, 0, [&](std::size_t index, data::Batch& batch) {
      throw_if_stopped(stop);
      const auto logits = network_->forward(batch.images.to(device_)).cpu();
      const auto entropy = torch::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::None);
      for (std::int64_t i = 0; i < logits.size(0); ++i) {
        counts.add(logits[i][1].item<float>() > logits[i][0].item<float>(),
                   batch.labels[i].item<std::int64_t>() == 1);
        loss.add(entropy[i].item<double>());
      }
      progress.update("validation", index + 1, batches);
      return true;
    });
    return {{"balanced_accuracy", metrics::balanced_accuracy(counts)},
            {"sensitivity", metrics::sensitivity(counts)},
            {"specificity", metrics::specificity(counts)},
            {"accuracy", metrics::accuracy(counts)},
            {"loss", loss.value()}};
  }

  void save(const std::filesystem::path& file, const nlohmann::json& provenance) override {
    weights::ModelCard card;
    card.task = weights::Task::kClassification;
    card.classifier = options_.network;
    card.preprocessing = options_.preprocessing;
    card.provenance = provenance;
    weights::save_model(file, *network_, card);
  }

 private:
  const ClassifierTrainingOptions& options_;
  data::SliceDataset validation_;
  torch::Device device_;
  models::Classifier network_;
};

}  // namespace

TrainingResult train_classifier(const ClassifierTrainingOptions& options,
                                const std::string& configuration, const Observers& observers,
                                Progress& progress, const std::stop_token& stop) {
  check(options);
  prepare_process(options.run);
  Manifests manifests = read_manifests(options.data);
  const auto seed = static_cast<std::uint64_t>(options.run.seed);
  const data::SliceDataset slices(std::move(manifests.train), data::Purpose::kClassification,
                                  options.preprocessing, options.augmentation, seed);
  ClassifierTask task(options, {std::move(manifests.validation),
                                data::Purpose::kClassification,
                                options.preprocessing,
                                {},
                                seed});
  const TrainingSetup setup = make_setup(options, configuration, observers);
  return train(task, slices, setup, progress, stop);
}

}  // namespace jcs::training
