#include "activation_maps.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "slice_batches.hpp"

namespace jcs::diagnosis {

namespace {

/// Maps of 0 … 1 in the size of the network's input: [N, h, w] on the CPU.
at::Tensor maps_as_seen(inference::ClassifierRunner& classifier, const at::Tensor& input,
                        explain::Reading reading) {
  const at::Tensor coarse = explain::normalised(
      explain::activation_map(classifier.network(), classifier.placed(input), reading));
  return torch::upsample_bilinear2d(coarse.detach().unsqueeze(1), {input.size(2), input.size(3)},
                                    false)
      .squeeze(1)
      .to(torch::kCPU)
      .contiguous();
}

}  // namespace

std::vector<ActivationMap> activation_maps(const imaging::CtVolume& volume,
                                           std::span<const std::size_t> slices,
                                           inference::ClassifierRunner& classifier,
                                           explain::Reading reading, Progress& progress,
                                           const std::stop_token& stop) {
  const Preprocessing& preprocessing = classifier.card().preprocessing;
  const imaging::Fit fit = imaging::fit(volume, preprocessing);
  const auto batch_size = static_cast<std::size_t>(classifier.batch_size());
  std::vector<ActivationMap> maps;
  for (std::size_t first = 0; first < slices.size(); first += batch_size) {
    throw_if_stopped(stop);
    const auto batch = slices.subspan(first, std::min(batch_size, slices.size() - first));
    const at::Tensor seen =
        maps_as_seen(classifier, network_input(volume, batch, fit, preprocessing), reading);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const at::Tensor map = seen[static_cast<std::int64_t>(i)];
      const cv::Mat whole = imaging::restore(
          cv::Mat(fit.input_rows, fit.input_columns, CV_32FC1, map.mutable_data_ptr<float>()), fit);
      maps.push_back({batch[i], {whole.begin<float>(), whole.end<float>()}});
    }
    progress.update("activation maps", maps.size(), slices.size());
  }
  return maps;
}

}  // namespace jcs::diagnosis
