#include "activation_maps.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "slice_batches.hpp"

namespace jcs::diagnosis {

std::vector<ActivationMap> activation_maps(const imaging::CtVolume& volume,
                                           std::span<const std::size_t> slices,
                                           inference::ClassifierRunner& classifier,
                                           explain::Reading reading, Progress& progress,
                                           const std::stop_token& stop) {
  const Preprocessing& preprocessing = classifier.card().preprocessing;
  const imaging::Fit fit = imaging::fit(volume.rows, volume.columns, preprocessing);
  std::vector<ActivationMap> maps;
  for (const std::size_t slice : slices) {
    throw_if_stopped(stop);
    const at::Tensor input =
        network_input(volume, {&slice, 1}, fit, preprocessing).to(classifier.device());
    const torch::NoGradGuard no_grad;
    const at::Tensor coarse =
        explain::normalised(explain::activation_map(classifier.network(), input, reading).detach());
    const at::Tensor fine =
        torch::upsample_bilinear2d(coarse.unsqueeze(1), {fit.input_rows, fit.input_columns}, false)
            .to(torch::kCPU, torch::kFloat32)
            .contiguous();
    const cv::Mat seen(fit.input_rows, fit.input_columns, CV_32FC1, fine.mutable_data_ptr<float>());
    const cv::Mat map = imaging::restore(seen, fit);
    ActivationMap& out = maps.emplace_back();
    out.slice = slice;
    out.values.assign(map.begin<float>(), map.end<float>());
    progress.update("activation maps", maps.size(), slices.size());
  }
  return maps;
}

}  // namespace jcs::diagnosis
