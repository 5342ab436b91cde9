#include "channels_of.hpp"

#include <torch/torch.h>

namespace jcs::inference {

std::int64_t pixel_stride(const at::Tensor& maps) {
  if (maps.size(1) > 1 && maps.stride(1) != 1) return 0;
  std::int64_t stride = 0;
  std::int64_t pixels = 1;
  for (const int dim : {3, 2, 0}) {
    if (maps.size(dim) > 1) {
      if (maps.stride(dim) == 0) return 0;  // one value that stands for many
      if (stride == 0) stride = maps.stride(dim) / pixels;
      if (maps.stride(dim) != stride * pixels) return 0;
    }
    pixels *= maps.size(dim);
  }
  return stride == 0 ? maps.size(1) : stride;
}

at::Tensor readable(const at::Tensor& maps) {
  return pixel_stride(maps) >= maps.size(1) ? maps : maps.clone(torch::MemoryFormat::ChannelsLast);
}

kernels::Channels channels_of(const at::Tensor& maps) {
  return {maps.const_data_ptr<float>(), static_cast<int>(maps.size(1)), pixel_stride(maps)};
}

kernels::Extent extent_of(const at::Tensor& maps) {
  return {maps.size(0), maps.size(2), maps.size(3)};
}

}  // namespace jcs::inference
