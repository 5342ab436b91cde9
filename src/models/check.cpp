#include "check.hpp"

#include <sstream>

#include <torch/torch.h>

namespace jcs::models {

void check_maps(const torch::Tensor& x, std::string_view what, std::int64_t channels,
                std::int64_t least) {
  if (x.defined() && x.dim() == 4 && x.size(0) >= 1 && x.size(1) == channels &&
      x.size(2) >= least && x.size(3) >= least) {
    return;
  }
  std::ostringstream got;
  if (x.defined()) {
    got << x.sizes();
  } else {
    got << "nothing";
  }
  throw InputError({"the network cannot take this shape", std::string(what),
                    "[N, " + std::to_string(channels) + ", h, w] with h and w of at least " +
                        std::to_string(least),
                    got.str()});
}

}  // namespace jcs::models
