#include "autocast.hpp"

#include <ATen/autocast_mode.h>

namespace jcs::training {

Autocast::Autocast(const torch::Device& device, Precision precision)
    : type_(device.type()), on_(precision != Precision::kFp32) {
  if (!on_) {
    return;
  }
  was_enabled_ = at::autocast::is_autocast_enabled(type_);
  old_type_ = at::autocast::get_autocast_dtype(type_);
  at::autocast::set_autocast_enabled(type_, true);
  at::autocast::set_autocast_dtype(type_,
                                   precision == Precision::kBf16 ? torch::kBFloat16 : torch::kHalf);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!on_) {
    return;
  }
  // The weights' casts are cached for the outermost block; they are stale after the next step.
  if (at::autocast::decrement_nesting() == 0) {
    at::autocast::clear_cache();
  }
  at::autocast::set_autocast_dtype(type_, old_type_);
  at::autocast::set_autocast_enabled(type_, was_enabled_);
}

}  // namespace jcs::training
