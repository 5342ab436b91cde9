#include "jcs/training/classifier_trainer.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "jcs/core/device.hpp"
#include "jcs/core/error.hpp"
#include "jcs/data/slice_dataset.hpp"
#include "jcs/explain/activation_map.hpp"
#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/mean.hpp"
#include "jcs/models/classifier.hpp"
#include "jcs/models/device.hpp"
#include "jcs/training/losses.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"
#include "recorded_run.hpp"
#include "samples.hpp"

namespace jcs::training {

namespace {

class ClassifierTask : public Task {
 public:
  ClassifierTask(const ClassifierTrainingOptions& options, data::SliceDataset validation)
      : options_(options),
        validation_(std::move(validation)),
        device_(models::resolve(parse_device(options.run.device))),
        network_(options.network) {
    start_from(options.initial, options.preprocessing, *network_);
    network_->to(device_);
    const auto& entries = validation_.entries();
    has_annotations_ = std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.label == 1 && !entry.mask.empty();
    });
  }

  torch::nn::Module& network() override { return *network_; }

  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    const BatchShare part{batch.share, {}};
    const bool supervised = options_.map_supervision.weight > 0;
    const auto features = network_->features(batch.images).layer4;
    const auto logits = network_->head(features);
    std::vector<torch::Tensor> parts = {
        soft_cross_entropy(logits.to(torch::kFloat), batch.targets, part)};
    if (supervised) {
      parts.push_back(options_.map_supervision.weight *
                      map_loss(features, logits, batch.masks, batch.annotated,
                               options_.map_supervision.reading, part));
    }
    return parts;
  }

  [[nodiscard]] std::vector<std::string> figures() const override {
    std::vector<std::string> names = {"balanced_accuracy", "sensitivity", "specificity", "accuracy",
                                      "loss"};
    if (has_annotations_) {
      names.emplace_back("map_inside");
    }
    return names;
  }

  Scores validate(Progress& progress, const std::stop_token& stop) override {
    metrics::Confusion counts;
    metrics::Mean loss, inside;
    std::vector<std::optional<double>> shares, entropies;
    std::vector<std::optional<bool>> found, cleared, right;  // of positive, of negative, of all
    std::vector<std::string> annotated_patients, patients;
    const data::LoaderOptions loader = validation_loader(options_.run, options_.data);
    const std::size_t batches = batches_per_epoch(validation_.size(), loader);
    data::for_each_batch(validation_, loader, 0, 0, 0, [&](std::size_t index, data::Batch& batch) {
      throw_if_stopped(stop);
      const auto features = network_->features(batch.images.to(device_)).layer4;
      const auto logits = network_->head(features).cpu();
      const auto entropy = torch::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::None);
      const auto map =
          explain::activation_map_of(network_, features, options_.map_supervision.reading).cpu();
      for (std::int64_t i = 0; i < logits.size(0); ++i) {
        const bool predicted = logits[i][1].item<float>() > logits[i][0].item<float>();
        const bool truth = batch.labels[i].item<std::int64_t>() == 1;
        counts.add(predicted, truth);
        found.push_back(truth ? std::optional<bool>(predicted) : std::nullopt);
        cleared.push_back(truth ? std::nullopt : std::optional<bool>(!predicted));
        right.emplace_back(predicted == truth);
        const std::string& patient =
            validation_.entries()[batch.entries[static_cast<std::size_t>(i)]].patient;
        entropies.emplace_back(entropy[i].item<double>());
        loss.add(entropies.back());
        patients.push_back(patient);
        if (batch.annotated[i].item<bool>()) {
          shares.push_back(explain::share_inside(map[i], batch.masks[i][0]));
          inside.add(shares.back());
          annotated_patients.push_back(patient);
        }
      }
      progress.update("validation", index + 1, batches);
      return true;
    });
    intervals_.clear();
    add_rate_interval(intervals_, "sensitivity", found, patients);
    add_rate_interval(intervals_, "specificity", cleared, patients);
    add_rate_interval(intervals_, "accuracy", right, patients);
    add_interval(intervals_, "loss", entropies, patients);
    add_interval(intervals_, "map_inside", shares, annotated_patients);
    Scores scores = {{"balanced_accuracy", metrics::balanced_accuracy(counts)},
                     {"sensitivity", metrics::sensitivity(counts)},
                     {"specificity", metrics::specificity(counts)},
                     {"accuracy", metrics::accuracy(counts)},
                     {"loss", loss.value()}};
    if (has_annotations_) {
      scores.emplace_back("map_inside", inside.value());
    }
    return scores;
  }

  [[nodiscard]] std::vector<ScoreInterval> intervals() const override { return intervals_; }

  std::vector<std::byte> samples() override {
    std::vector<cv::Mat> pictures;
    for (const std::size_t index : sample_indices(validation_.size())) {
      const data::Sample sample = validation_.get(index, 0);
      const auto map = explain::normalised(explain::activation_map(
          network_, sample.image.unsqueeze(0).to(device_), options_.map_supervision.reading));
      pictures.push_back(heated(sample, options_.preprocessing, map[0].cpu()));
    }
    return in_a_row(pictures);
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
  bool has_annotations_ = false;
  std::vector<ScoreInterval> intervals_;
};

data::SliceDatasetOptions measuring_options(const ClassifierTrainingOptions& options) {
  data::SliceDatasetOptions measuring;
  measuring.purpose = data::Purpose::kClassification;
  measuring.preprocessing = options.preprocessing;
  measuring.annotations = true;
  measuring.cache = options.data.cache;
  return measuring;
}

// Learning one class alone would end with a classifier that always says it.
void require_both_labels(const std::vector<data::ManifestEntry>& entries,
                         const std::filesystem::path& file) {
  for (const int label : {0, 1}) {
    if (std::none_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.label == label; })) {
      throw InputError(
          {"no slice has label " + std::to_string(label), file.string(), "slices of both labels"});
    }
  }
}

// Without annotations its loss would be 0 at every step.
void require_annotations(const std::vector<data::ManifestEntry>& entries,
                         const std::filesystem::path& file) {
  if (std::none_of(entries.begin(), entries.end(),
                   [](const auto& entry) { return entry.label == 1 && !entry.mask.empty(); })) {
    throw InputError({"no positive slice has a mask, so there is nothing to draw the map into",
                      file.string(), "masks, or map_supervision.weight: 0"});
  }
}

// Else no epoch could be told from another.
void require_labels(const std::string& best_by, const std::vector<data::ManifestEntry>& entries,
                    const std::filesystem::path& file) {
  const std::string figure = best_by.empty() ? "balanced_accuracy" : best_by;
  const auto needs = [&](const char* rate, int label) {
    if (figure != rate && figure != "balanced_accuracy") return;
    if (std::none_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.label == label; })) {
      throw InputError({"no slice has label " + std::to_string(label) + ", without which " +
                            figure + ", that chooses the best weights, is undefined",
                        file.string(), "slices of both labels, or another run.best_by"});
    }
  };
  needs("sensitivity", 1);
  needs("specificity", 0);
}

}  // namespace

TrainingResult train_classifier(const ClassifierTrainingOptions& options,
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
  setup.card.title = "Slice classifier (Res2Net)";
  setup.card.purpose = "Tells whether an axial chest CT slice shows COVID-19.";
  data::SliceDatasetOptions learning;
  learning.purpose = data::Purpose::kClassification;
  learning.preprocessing = options.preprocessing;
  learning.augmentation = options.augmentation;
  learning.seed = static_cast<std::uint64_t>(options.run.seed);
  learning.annotations = options.map_supervision.weight > 0;
  learning.mixup_alpha = options.mixup.alpha;
  learning.balance = options.data.balance;
  learning.cache = options.data.cache;
  const data::SliceDataset slices(manifests.train, learning);
  require_both_labels(slices.entries(), options.data.train);
  if (learning.annotations) require_annotations(slices.entries(), options.data.train);
  data::SliceDataset validation(manifests.validation, measuring_options(options));
  require_labels(options.run.best_by, validation.entries(), options.data.validation);
  describe_data(manifests, slices, validation, options.data, setup.card);
  ClassifierTask task(options, std::move(validation));
  setup.data_hashes = std::move(hashes);
  share_among(ranks, setup);
  return train(task, slices, setup, progress, stop);
}

std::vector<VerifiedFigure> verify_run(ClassifierTrainingOptions options,
                                       const std::filesystem::path& folder, Progress& progress,
                                       const std::stop_token& stop) {
  const RecordedRun recorded(folder, options.data, progress, stop);
  options = to_measure(std::move(options), recorded.best());
  prepare_process(options.run);
  ClassifierTask task(options,
                      {data::read_manifest(options.data.validation), measuring_options(options)});
  return recorded.compared(task, options.run, progress, stop);
}

}  // namespace jcs::training
