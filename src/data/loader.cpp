#include "jcs/data/loader.hpp"

#include <algorithm>
#include <numeric>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

namespace jcs::data {

namespace {

std::string size_of(const torch::Tensor& image) {
  return std::to_string(image.size(2)) + "x" + std::to_string(image.size(1));
}

// One epoch of a dataset as LibTorch's data loader wants it.
class EpochDataset : public torch::data::datasets::BatchDataset<EpochDataset, Batch> {
 public:
  EpochDataset(const SliceDataset& dataset, std::int64_t epoch)
      : dataset_(&dataset), epoch_(epoch) {}

  Batch get_batch(c10::ArrayRef<std::size_t> indices) override {
    // Gradient mode belongs to a thread; workers have nothing to differentiate.
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> images, masks;
    std::vector<std::int64_t> labels;
    Batch batch;
    for (const std::size_t index : indices) {
      Sample sample = dataset_->get(index, epoch_);
      if (!images.empty() && sample.image.sizes() != images.front().sizes()) {
        throw InputError(
            {"slices of one batch differ in size after preprocessing (set resize and crop, or "
             "batches of one)",
             dataset_->entries()[index].image.string(), size_of(images.front()),
             size_of(sample.image)});
      }
      images.push_back(std::move(sample.image));
      masks.push_back(std::move(sample.mask));
      labels.push_back(sample.label);
      batch.entries.push_back(index);
    }
    batch.images = torch::stack(images);
    batch.masks = torch::stack(masks);
    batch.labels = torch::tensor(labels, torch::kInt64);
    return batch;
  }

  [[nodiscard]] std::optional<std::size_t> size() const override { return dataset_->size(); }

 private:
  const SliceDataset* dataset_;
  std::int64_t epoch_;
};

class FixedOrder : public torch::data::samplers::Sampler<> {
 public:
  explicit FixedOrder(std::vector<std::size_t> order) : order_(std::move(order)) {}
  void reset(std::optional<std::size_t> = std::nullopt) override { next_ = 0; }
  std::optional<std::vector<std::size_t>> next(std::size_t batch_size) override {
    if (next_ == order_.size()) {
      return std::nullopt;
    }
    const std::size_t end = std::min(order_.size(), next_ + batch_size);
    std::vector<std::size_t> batch(order_.begin() + static_cast<std::ptrdiff_t>(next_),
                                   order_.begin() + static_cast<std::ptrdiff_t>(end));
    next_ = end;
    return batch;
  }
  void save(torch::serialize::OutputArchive&) const override {}
  void load(torch::serialize::InputArchive&) override {}

 private:
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<std::size_t> epoch_order(std::size_t size, bool shuffle, std::uint64_t seed,
                                     std::int64_t epoch) {
  if (shuffle) {
    // The samples' own seeds use indices from 0 up; the order has one that no sample has.
    return Random(derive_seed(seed, static_cast<std::uint64_t>(epoch), UINT64_MAX))
        .permutation(size);
  }
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

std::size_t batches_per_epoch(std::size_t size, const LoaderOptions& options) {
  const auto batch = static_cast<std::size_t>(options.batch_size);
  const std::size_t full = size / batch;
  return full > 0 && (options.drop_last || size % batch == 0) ? full : full + 1;
}

void for_each_batch(const SliceDataset& dataset, const LoaderOptions& options, std::uint64_t seed,
                    std::int64_t epoch, std::size_t first,
                    const std::function<bool(std::size_t, Batch&)>& use) {
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  const std::size_t batches = batches_per_epoch(dataset.size(), options);
  if (first >= batches) {
    return;
  }
  std::vector<std::size_t> order = epoch_order(dataset.size(), options.shuffle, seed, epoch);
  order.resize(std::min(order.size(), batches * batch_size));
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first * batch_size));

  const auto workers = static_cast<std::size_t>(std::max(0, options.workers));
  auto loader =
      torch::data::make_data_loader(EpochDataset(dataset, epoch), FixedOrder(std::move(order)),
                                    torch::data::DataLoaderOptions()
                                        .batch_size(batch_size)
                                        .workers(workers)
                                        .max_jobs(2 * workers));
  try {
    std::size_t index = first;
    for (Batch& batch : *loader) {
      if (!use(index++, batch)) {
        return;
      }
    }
  } catch (const torch::data::WorkerException& error) {
    std::rethrow_exception(error.original_exception);
  }
}

}  // namespace jcs::data
