#include "jcs/training/segmenter_trainer.hpp"

#include <span>

#include <torch/torch.h>

#include "jcs/core/device.hpp"
#include "jcs/core/error.hpp"
#include "jcs/data/slice_dataset.hpp"
#include "jcs/metrics/e_measure.hpp"
#include "jcs/metrics/overlap.hpp"
#include "jcs/models/device.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/training/segmentation_losses.hpp"
#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"
#include "recorded_run.hpp"
#include "samples.hpp"

namespace jcs::training {

namespace {

class SegmenterTask : public Task {
 public:
  SegmenterTask(const SegmenterTrainingOptions& options, data::SliceDataset validation,
                parallel::Ranks* ranks)
      : options_(options),
        validation_(std::move(validation)),
        device_(models::resolve(parse_device(options.run.device))),
        network_(models::make_segmentation_network(options.network)),
        ranks_(ranks) {
    start_from(options.initial, options.preprocessing, *network_);
    start_backbone_from(options.fused_classifier.weights, options.preprocessing, *network_);
    if (options.fused_classifier.frozen) {
      for (torch::Tensor& parameter : classifier().parameters()) {
        parameter.set_requires_grad(false);
      }
    }
    network_->to(device_);
  }

  torch::nn::Module& network() override { return *network_; }

  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    if (options_.fused_classifier.frozen) {
      // Its batch norms keep their statistics too.
      classifier().eval();
    }
    const auto logits =
        (batch.images.defined() ? network_->forward(batch.images)
                                : from_stage1(batch.encoder_first, batch.classifier_stem))
            .to(torch::kFloat);
    BatchShare part{batch.share, {}};
    if (ranks_ != nullptr && !ranks_->is_alone()) {
      part.sum_over_ranks = [this](const torch::Tensor& local) {
        return ranks_->sum_keeping_gradient(local);
      };
    }
    return segmentation_losses(
        logits, batch.masks,
        {options_.network.architecture, options_.dice, options_.deep_supervision}, part);
  }

  [[nodiscard]] std::vector<std::string> figures() const override {
    return {"dice", "iou", "e_mean", "e_adaptive", "pooled_dice", "sensitivity", "specificity"};
  }

  Scores validate(Progress& progress, const std::stop_token& stop) override {
    metrics::OverlapMeter meter;
    metrics::EMeasureMeter alignment;
    std::vector<std::optional<double>> dice, iou, e_mean, e_adaptive;
    std::vector<std::string> patients;
    const data::LoaderOptions loader = validation_loader(options_.run, options_.data);
    const std::size_t batches = batches_per_epoch(validation_.size(), loader);
    data::for_each_batch(validation_, loader, 0, 0, 0, [&](std::size_t index, data::Batch& batch) {
      throw_if_stopped(stop);
      const auto maps = probability(batch).cpu().contiguous();
      const auto masks = batch.masks.to(torch::kUInt8).contiguous();
      const auto pixels = static_cast<std::size_t>(maps[0].numel());
      for (std::int64_t i = 0; i < maps.size(0); ++i) {
        const std::span<const float> map(maps[i].data_ptr<float>(), pixels);
        const std::span<const std::uint8_t> mask(masks[i].data_ptr<std::uint8_t>(), pixels);
        const metrics::Confusion pixels_of_slice = meter.add(map, mask);
        const metrics::EMeasure e = alignment.add(map, mask);
        dice.push_back(metrics::dice(pixels_of_slice));
        iou.push_back(metrics::iou(pixels_of_slice));
        e_mean.emplace_back(e.mean);
        e_adaptive.emplace_back(e.adaptive);
        patients.push_back(
            validation_.entries()[batch.entries[static_cast<std::size_t>(i)]].patient);
      }
      progress.update("validation", index + 1, batches);
      return true;
    });
    intervals_.clear();
    add_interval(intervals_, "dice", dice, patients);
    add_interval(intervals_, "iou", iou, patients);
    add_interval(intervals_, "e_mean", e_mean, patients);
    add_interval(intervals_, "e_adaptive", e_adaptive, patients);
    return {{"dice", meter.dice().value()},
            {"iou", meter.iou().value()},
            {"e_mean", alignment.mean().value()},
            {"e_adaptive", alignment.adaptive().value()},
            {"pooled_dice", metrics::dice(meter.pooled())},
            {"sensitivity", metrics::sensitivity(meter.pooled())},
            {"specificity", metrics::specificity(meter.pooled())}};
  }

  [[nodiscard]] std::vector<ScoreInterval> intervals() const override { return intervals_; }

  std::vector<std::byte> samples() override {
    std::vector<cv::Mat> pictures;
    for (const std::size_t index : sample_indices(validation_.size())) {
      const data::Sample sample = validation_.get(index, 0);
      if (!sample.image.defined()) {
        return {};
      }
      const auto map = network_->probability(sample.image.unsqueeze(0).to(device_));
      pictures.push_back(outlined(sample, options_.preprocessing, map[0][0].cpu() > 0.5));
    }
    return in_a_row(pictures);
  }

  void save(const std::filesystem::path& file, const nlohmann::json& provenance) override {
    weights::ModelCard card;
    card.task = weights::Task::kSegmentation;
    card.segmenter = network_->options();
    card.preprocessing = options_.preprocessing;
    card.provenance = provenance;
    weights::save_model(file, *network_, card);
  }

 private:
  torch::nn::Module& classifier() { return *network_->named_children()["res2net"]; }

  // Only the paper's segmenter can be fused, and features are refused for others.
  torch::Tensor from_stage1(const torch::Tensor& encoder_first,
                            const torch::Tensor& classifier_stem) {
    return network_->as<models::SegmenterImpl>()->forward_from_stage1(encoder_first,
                                                                      classifier_stem);
  }

  // [N, 1, h, w]
  torch::Tensor probability(const data::Batch& batch) {
    if (batch.images.defined()) {
      return network_->probability(batch.images.to(device_));
    }
    return models::probability_of(
        from_stage1(batch.encoder_first.to(device_), batch.classifier_stem.to(device_))
            .narrow(1, 0, 1));
  }

  const SegmenterTrainingOptions& options_;
  data::SliceDataset validation_;
  torch::Device device_;
  models::SegmentationNetwork network_;
  parallel::Ranks* ranks_;
  std::vector<ScoreInterval> intervals_;
};

data::SliceDatasetOptions measuring_options(const SegmenterTrainingOptions& options) {
  data::SliceDatasetOptions measuring;
  measuring.purpose = data::Purpose::kSegmentation;
  measuring.preprocessing = options.preprocessing;
  measuring.seed = static_cast<std::uint64_t>(options.run.seed);
  measuring.clean_slices = options.data.clean_slices;
  measuring.cache = options.data.cache;
  return measuring;
}

// Where nothing is outlined all figures but one are undefined or 0.
void require_masks(const std::string& best_by, const std::vector<data::ManifestEntry>& entries,
                   const std::filesystem::path& file) {
  if (best_by != "specificity" &&
      std::none_of(entries.begin(), entries.end(),
                   [](const auto& entry) { return !entry.mask.empty(); })) {
    throw InputError({"no slice has a mask, without which " + (best_by.empty() ? "dice" : best_by) +
                          ", that chooses the best weights, says nothing",
                      file.string(), "annotated slices"});
  }
}

}  // namespace

TrainingResult train_segmenter(const SegmenterTrainingOptions& options,
                               const Invocation& invocation, const Observers& observers,
                               Progress& progress, const std::stop_token& stop,
                               parallel::Ranks* ranks) {
  check(options);
  prepare_process(options.run);
  const Manifests manifests = read_manifests(options.data);
  nlohmann::json hashes;
  if (ranks == nullptr || ranks->is_first()) {
    hashes = examine(manifests, options.data, progress, stop);
  }
  TrainingSetup setup = make_setup(options, invocation, observers);
  setup.card.title =
      std::string("Opacity segmenter (") + models::title(options.network.architecture) + ")";
  setup.card.purpose = "Outlines opacities of COVID-19 in axial chest CT slices.";
  data::SliceDatasetOptions learning = measuring_options(options);
  learning.augmentation = options.augmentation;
  const data::SliceDataset slices(manifests.train, learning);
  if (slices.gives_features() &&
      options.network.fusion == models::SegmenterOptions::Fusion::kNone) {
    throw UsageError({"stage-1 features are for a segmenter that is fused with a classifier",
                      "network.fusion", "paper or release", "none"});
  }
  data::SliceDataset validation(manifests.validation, measuring_options(options));
  require_masks(options.run.best_by, validation.entries(), options.data.validation);
  describe_data(manifests, slices, validation, options.data, setup.card);
  SegmenterTask task(options, std::move(validation), ranks);
  setup.data_hashes = std::move(hashes);
  share_among(ranks, setup);
  return train(task, slices, setup, progress, stop);
}

std::vector<VerifiedFigure> verify_run(SegmenterTrainingOptions options,
                                       const std::filesystem::path& folder, Progress& progress,
                                       const std::stop_token& stop) {
  const RecordedRun recorded(folder, options.data, progress, stop);
  options = to_measure(std::move(options), recorded.best());
  prepare_process(options.run);
  SegmenterTask task(
      options, {data::read_manifest(options.data.validation), measuring_options(options)}, nullptr);
  return recorded.compared(task, options.run, progress, stop);
}

}  // namespace jcs::training
