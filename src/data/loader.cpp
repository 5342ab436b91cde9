#include "jcs/data/loader.hpp"

#include <algorithm>
#include <numeric>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "size_text.hpp"

namespace jcs::data {

namespace {

// Copied by hand: an operator of LibTorch would start a team of threads for every worker, whose
// waiting for more to do takes the cores from the network.
torch::Tensor stacked(const std::vector<torch::Tensor>& tensors) {
  if (!tensors.front().defined()) {
    return {};
  }
  std::vector<std::int64_t> sizes = tensors.front().sizes().vec();
  sizes.insert(sizes.begin(), static_cast<std::int64_t>(tensors.size()));
  torch::Tensor out = torch::empty(sizes);
  float* to = out.data_ptr<float>();
  for (const torch::Tensor& tensor : tensors) {
    to = std::copy_n(tensor.data_ptr<float>(), tensor.numel(), to);
  }
  return out;
}

/// A slice's place in an epoch, which may show one several times.
struct Place {
  std::size_t slice = 0;
  std::uint64_t again = 0;  ///< how often it was shown before
};

std::vector<Place> places_of(const std::vector<std::size_t>& order) {
  std::vector<Place> places;
  places.reserve(order.size());
  std::vector<std::uint64_t> shown(order.size());
  for (const std::size_t slice : order) places.push_back({slice, shown[slice]++});
  return places;
}

// One epoch of a dataset as LibTorch's data loader wants it: its indices are places.
class EpochDataset : public torch::data::datasets::BatchDataset<EpochDataset, Batch> {
 public:
  EpochDataset(const SliceDataset& dataset, const std::vector<Place>& places, std::int64_t epoch)
      : dataset_(&dataset), places_(&places), epoch_(epoch) {}

  Batch get_batch(c10::ArrayRef<std::size_t> indices) override {
    // Gradient mode belongs to a thread; workers have nothing to differentiate.
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> images, masks, encoder, classifier;
    std::vector<std::int64_t> labels;
    std::vector<float> targets;
    Batch batch;
    batch.annotated = torch::zeros({static_cast<std::int64_t>(indices.size())}, torch::kBool);
    for (const std::size_t place : indices) {
      const auto [index, again] = (*places_)[place];
      Sample sample = dataset_->get(index, epoch_, again);
      if (!masks.empty() && sample.mask.sizes() != masks.front().sizes()) {
        throw InputError(
            {"slices of one batch differ in size after preprocessing (set resize and crop, or "
             "batches of one)",
             dataset_->entries()[index].image.string(), size_text(masks.front()),
             size_text(sample.mask)});
      }
      batch.annotated[static_cast<std::int64_t>(images.size())] = sample.annotated;
      images.push_back(std::move(sample.image));
      encoder.push_back(std::move(sample.encoder_first));
      classifier.push_back(std::move(sample.classifier_stem));
      masks.push_back(std::move(sample.mask));
      labels.push_back(sample.label);
      targets.push_back(sample.target);
      batch.entries.push_back(index);
    }
    batch.images = stacked(images);
    batch.encoder_first = stacked(encoder);
    batch.classifier_stem = stacked(classifier);
    batch.masks = stacked(masks);
    batch.labels = torch::tensor(labels, torch::kInt64);
    batch.targets = torch::tensor(targets, torch::kFloat);
    return batch;
  }

  [[nodiscard]] std::optional<std::size_t> size() const override { return dataset_->size(); }

 private:
  const SliceDataset* dataset_;
  const std::vector<Place>* places_;
  std::int64_t epoch_;
};

// A piece of a batch: which places, and what the consumer is to know of it.
struct Piece {
  std::vector<std::size_t> places;
  std::size_t batch = 0;
  double share = 1.0;
  bool last_part = true;
};

// This rank's pieces of all batches from `first` on.
std::vector<Piece> pieces_of(std::size_t places, const LoaderOptions& options, std::size_t first,
                             std::size_t batches) {
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  const auto parts = static_cast<std::size_t>(options.parts);
  const std::size_t cuts = parts * static_cast<std::size_t>(options.ranks);
  std::vector<Piece> pieces;
  for (std::size_t batch = first; batch < batches; ++batch) {
    const std::size_t begin = batch * batch_size;
    const std::size_t count = std::min(places, begin + batch_size) - begin;
    if (count < cuts) {
      throw UsageError({"a batch has fewer slices than there are processes and parts to share it",
                        "run.batch_size, run.accumulate",
                        "at least " + std::to_string(cuts) + " slices", std::to_string(count)});
    }
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t cut = static_cast<std::size_t>(options.rank) * parts + part;
      const std::size_t from = begin + count * cut / cuts;
      const std::size_t to = begin + count * (cut + 1) / cuts;
      Piece piece;
      piece.places.resize(to - from);
      std::iota(piece.places.begin(), piece.places.end(), from);
      piece.batch = batch;
      piece.share = static_cast<double>(to - from) / static_cast<double>(count);
      piece.last_part = part + 1 == parts;
      pieces.push_back(std::move(piece));
    }
  }
  return pieces;
}

// Hands the pieces to LibTorch's loader, which asks for batches of a size that is not used here.
class PieceSampler : public torch::data::samplers::Sampler<> {
 public:
  explicit PieceSampler(const std::vector<Piece>& pieces) : pieces_(&pieces) {}
  void reset(std::optional<std::size_t> = std::nullopt) override { next_ = 0; }
  std::optional<std::vector<std::size_t>> next(std::size_t) override {
    return next_ < pieces_->size() ? std::optional((*pieces_)[next_++].places) : std::nullopt;
  }
  void save(torch::serialize::OutputArchive&) const override {}
  void load(torch::serialize::InputArchive&) override {}

 private:
  const std::vector<Piece>* pieces_;
  std::size_t next_ = 0;
};

}  // namespace

std::size_t batches_per_epoch(std::size_t size, const LoaderOptions& options) {
  const auto batch = static_cast<std::size_t>(options.batch_size);
  const std::size_t full = size / batch;
  return full > 0 && (options.drop_last || size % batch == 0) ? full : full + 1;
}

void for_each_batch(const SliceDataset& dataset, const LoaderOptions& options, std::uint64_t seed,
                    std::int64_t epoch, std::size_t first,
                    const std::function<bool(std::size_t, Batch&)>& use) {
  const std::size_t batches = batches_per_epoch(dataset.size(), options);
  if (first >= batches) {
    return;
  }
  std::vector<std::size_t> order =
      epoch_order(groups_of(dataset.entries(), options.balance), options.shuffle, seed, epoch);
  if (!options.shuffle && options.drop_last) {
    // Else every epoch would leave out the same slices.
    const std::size_t shown =
        std::min(order.size(), batches * static_cast<std::size_t>(options.batch_size));
    const auto left_out = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(epoch) %
                                                      order.size() * shown % order.size());
    std::rotate(order.begin(), order.begin() + left_out, order.end());
  }
  const std::vector<Place> places = places_of(order);
  const std::vector<Piece> pieces = pieces_of(places.size(), options, first, batches);

  const auto workers = static_cast<std::size_t>(std::max(0, options.workers));
  auto loader = torch::data::make_data_loader(
      EpochDataset(dataset, places, epoch), PieceSampler(pieces),
      torch::data::DataLoaderOptions().batch_size(1).workers(workers).max_jobs(2 * workers));
  try {
    auto piece = pieces.begin();
    for (Batch& batch : *loader) {
      batch.share = piece->share;
      batch.last_part = piece->last_part;
      if (!use(piece->batch, batch)) {
        return;
      }
      ++piece;
    }
  } catch (const torch::data::WorkerException& error) {
    std::rethrow_exception(error.original_exception);
  }
}

}  // namespace jcs::data
