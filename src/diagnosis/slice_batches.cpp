#include "slice_batches.hpp"

#include <algorithm>
#include <future>

#include <torch/types.h>

#include "jcs/core/progress.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::diagnosis {

at::Tensor network_input(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                         const imaging::Fit& fit, const Preprocessing& preprocessing) {
  at::Tensor input =
      torch::empty({static_cast<std::int64_t>(slices.size()), 3, fit.input_rows, fit.input_columns},
                   torch::kFloat32);
  const auto values =
      3 * static_cast<std::size_t>(fit.input_rows) * static_cast<std::size_t>(fit.input_columns);
  float* out = input.mutable_data_ptr<float>();
  for (const std::size_t slice : slices) {
    const cv::Mat grey = imaging::windowed(volume, slice, preprocessing);
    imaging::normalise(imaging::apply(fit, grey), preprocessing, out);
    out += values;
  }
  return input;
}

void for_each_batch(const SlicesToSee& see, int batch_size, const std::stop_token& stop,
                    const std::function<void(const SliceBatch&)>& use) {
  const std::size_t count = see.slices.size();
  const auto step = static_cast<std::size_t>(std::max(batch_size, 1));
  const auto prepare = [&](std::size_t first) {
    const auto slices = see.slices.subspan(first, std::min(step, count - first));
    return SliceBatch{slices, network_input(see.volume, slices, see.fit, see.preprocessing)};
  };
  if (count == 0) {
    return;
  }
  // The default policy prepares in place where no thread is to be had.
  std::future<SliceBatch> ahead = std::async(prepare, std::size_t{0});
  for (std::size_t first = 0; first < count; first += step) {
    throw_if_stopped(stop);
    const SliceBatch batch = ahead.get();
    if (first + step < count) {
      ahead = std::async(prepare, first + step);
    }
    use(batch);
  }
}

}  // namespace jcs::diagnosis
