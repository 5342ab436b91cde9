#include "pooling.hpp"

#include <torch/torch.h>

#include "jcs/kernels/pooling.hpp"
#include "jcs/models/workers.hpp"

#include "channels_of.hpp"

namespace jcs::inference {

namespace {

bool for_kernels(const at::Tensor& maps) {
  return maps.device().is_cpu() && maps.scalar_type() == torch::kFloat;
}

}  // namespace

at::Tensor map_means(const at::Tensor& maps, const Target& target) {
  if (!for_kernels(maps)) return maps.mean({2, 3}, /*keepdim=*/true, torch::kFloat);
  const at::Tensor input = readable(maps);
  at::Tensor means = at::empty({maps.size(0), maps.size(1), 1, 1}, maps.options(),
                               torch::MemoryFormat::Contiguous);
  kernels::channel_means(channels_of(input), extent_of(input), means.mutable_data_ptr<float>(),
                         target.instructions, models::torch_workers());
  return means;
}

at::Tensor halved(const at::Tensor& maps, const Target& target, Memory& memory) {
  if (!for_kernels(maps)) return at::max_pool2d(maps, {2, 2}, {2, 2});
  const at::Tensor input = readable(maps);
  at::Tensor out =
      memory.maps(maps.size(0), maps.size(1), maps.size(2) / 2, maps.size(3) / 2, torch::kFloat);
  kernels::max_pool(channels_of(input), extent_of(input), out.mutable_data_ptr<float>(),
                    target.instructions, models::torch_workers());
  return out;
}

at::Tensor pooled(const at::Tensor& maps, const Pooling& pooling, const Target& target,
                  Memory& memory) {
  const kernels::Windows& windows = pooling.windows;
  if (!for_kernels(maps)) {
    const std::int64_t kernel = windows.kernel, stride = windows.stride, padding = windows.padding;
    return pooling.mean
               ? at::avg_pool2d(maps, kernel, stride, padding, pooling.ceil, windows.padding_counts)
               : at::max_pool2d(maps, kernel, stride, padding, /*dilation=*/1, pooling.ceil);
  }
  const at::Tensor input = readable(maps);
  at::Tensor out =
      memory.maps(maps.size(0), maps.size(1), windows.height, windows.width, torch::kFloat);
  const auto pool = pooling.mean ? kernels::mean_pool
                                 : static_cast<decltype(&kernels::mean_pool)>(kernels::max_pool);
  pool(channels_of(input), extent_of(input), windows, out.mutable_data_ptr<float>(),
       target.instructions, models::torch_workers());
  return out;
}

}  // namespace jcs::inference
