#include "jcs/training/segmenter_trainer.hpp"

#include <torch/torch.h>

#include "jcs/core/device.hpp"
#include "jcs/data/slice_dataset.hpp"
#include "jcs/metrics/overlap.hpp"
#include "jcs/models/device.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/training/losses.hpp"
#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"

namespace jcs::training {

namespace {

class SegmenterTask : public Task {
 public:
  SegmenterTask(const SegmenterTrainingOptions& options, data::SliceDataset validation)
      : options_(options),
        validation_(std::move(validation)),
        device_(models::resolve(parse_device(options.run.device))),
        network_(options.network) {
    start_from(options.initial, *network_);
    network_->to(device_);
  }

  torch::nn::Module& network() override { return *network_; }

  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    const auto logits = network_->forward(batch.images).to(torch::kFloat);
    if (!options_.deep_supervision) {
      return side_losses(logits.narrow(1, 0, 1), batch.masks, options_.dice, {batch.share, {}});
    }
    return side_losses(logits, batch.masks, options_.dice, {batch.share, {}});
  }

  Scores validate(Progress& progress, const std::stop_token& stop) override {
    metrics::OverlapMeter meter;
    const data::LoaderOptions loader = validation_loader(options_.run, options_.data);
    const std::size_t batches = batches_per_epoch(validation_.size(), loader);
    data::for_each_batch(validation_, loader, 0, 0, 0, [&](std::size_t index, data::Batch& batch) {
      throw_if_stopped(stop);
      const auto maps =
          torch::sigmoid(network_->predict(batch.images.to(device_))).cpu().contiguous();
      const auto masks = batch.masks.to(torch::kUInt8).contiguous();
      const auto pixels = static_cast<std::size_t>(maps[0].numel());
      for (std::int64_t i = 0; i < maps.size(0); ++i) {
        meter.add({maps[i].data_ptr<float>(), pixels}, {masks[i].data_ptr<std::uint8_t>(), pixels});
      }
      progress.update("validation", index + 1, batches);
      return true;
    });
    return {{"dice", meter.dice().value()},
            {"iou", meter.iou().value()},
            {"pooled_dice", metrics::dice(meter.pooled())},
            {"sensitivity", metrics::sensitivity(meter.pooled())},
            {"specificity", metrics::specificity(meter.pooled())}};
  }

  void save(const std::filesystem::path& file, const nlohmann::json& provenance) override {
    weights::ModelCard card;
    card.task = weights::Task::kSegmentation;
    card.segmenter = options_.network;
    card.preprocessing = options_.preprocessing;
    card.provenance = provenance;
    weights::save_model(file, *network_, card);
  }

 private:
  const SegmenterTrainingOptions& options_;
  data::SliceDataset validation_;
  torch::Device device_;
  models::Segmenter network_;
};

}  // namespace

TrainingResult train_segmenter(const SegmenterTrainingOptions& options,
                               const Invocation& invocation, const Observers& observers,
                               Progress& progress, const std::stop_token& stop) {
  check(options);
  prepare_process(options.run);
  Manifests manifests = read_manifests(options.data);
  data::SliceDatasetOptions learning;
  learning.purpose = data::Purpose::kSegmentation;
  learning.preprocessing = options.preprocessing;
  learning.augmentation = options.augmentation;
  learning.seed = static_cast<std::uint64_t>(options.run.seed);
  learning.clean_slices = options.data.clean_slices;
  data::SliceDatasetOptions measuring = learning;
  measuring.augmentation = {};
  const data::SliceDataset slices(std::move(manifests.train), learning);
  SegmenterTask task(options, {std::move(manifests.validation), measuring});
  const TrainingSetup setup = make_setup(options, invocation, observers);
  return train(task, slices, setup, progress, stop);
}

}  // namespace jcs::training
