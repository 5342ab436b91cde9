#pragma once

#include <torch/types.h>

#include "jcs/training/run_options.hpp"

namespace jcs::training {

/// While it lives, networks on `device` compute in the numbers of `precision`; in fp32 it does
/// nothing.
class Autocast {
 public:
  Autocast(const torch::Device& device, Precision precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  torch::DeviceType type_;
  bool on_;
  bool was_enabled_ = false;
  torch::ScalarType old_type_ = torch::kFloat;
};

}  // namespace jcs::training
