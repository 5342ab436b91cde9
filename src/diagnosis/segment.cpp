#include "jcs/diagnosis/segment.hpp"

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/fit.hpp"

#include "slice_batches.hpp"

namespace jcs::diagnosis {

std::vector<std::uint8_t> segment_slices(const imaging::CtVolume& volume,
                                         const SliceNetwork& segmenter, double threshold,
                                         Progress& progress, const std::stop_token& stop) {
  const imaging::Fit fit = imaging::fit(volume.rows, volume.columns, segmenter.preprocessing);
  std::vector<std::uint8_t> mask(volume.hu.size());
  const auto use = [&](const SliceBatch& batch) {
    const at::Tensor maps = segmenter.run(batch.input).to(torch::kFloat32).contiguous();
    if (!maps.isfinite().all().item<bool>()) {
      throw WeightsError({"the segmenter's answer is no number", segmenter.name,
                          "probabilities from 0 to 1",
                          "NaN from slice " + std::to_string(batch.first + 1) + " on"});
    }
    for (std::int64_t i = 0; i < maps.size(0); ++i) {
      const at::Tensor map = maps[i];
      const cv::Mat probability(fit.input_rows, fit.input_columns, CV_32FC1,
                                map.mutable_data_ptr<float>());
      const std::size_t slice = batch.first + static_cast<std::size_t>(i);
      cv::Mat out(volume.rows, volume.columns, CV_8UC1, mask.data() + slice * volume.pixels());
      out.setTo(1, imaging::restore(probability, fit) > threshold);
      progress.update("outlining opacities", slice + 1, volume.slice_count());
    }
  };
  for_each_batch(volume, fit, segmenter.preprocessing, segmenter.batch_size, stop, use);
  return mask;
}

}  // namespace jcs::diagnosis
