#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "program.hpp"
#include "target.hpp"

namespace torch::nn {
class Module;
}

namespace jcs::inference {

/// A network of the same structure as another, with few channels: what it does to an input of some
/// shape is what the other does.
struct Twin {
  std::shared_ptr<torch::nn::Module> network;
  std::function<at::Tensor(const at::Tensor&)> run;
  bool any_batch = false;  ///< what is noted for one slice holds for several
};

/// A trained network made ready to run, for inputs of any shape. What is done is noted once for
/// each shape and remembered for some of them; the weights are prepared once.
class PreparedNetwork {
 public:
  /// @param tensors the trained network's, by name
  PreparedNetwork(TensorsByName tensors, Twin twin, const Target& target);

  /// Float [N, 3, h, w] on the CPU → what the twin's `run` gives, float on the CPU.
  at::Tensor run(const at::Tensor& input);

  /// What takes how long, for one input.
  std::vector<Program::Cost> profile(const at::Tensor& input);

  [[nodiscard]] const Target& target() const { return target_; }

 private:
  const Program& program_for(const at::Tensor& input);
  [[nodiscard]] at::Tensor placed(const at::Tensor& input) const;

  TensorsByName tensors_;
  Twin twin_;
  Target target_;
  Memory memory_;
  ConvolutionStore convolutions_;
  std::map<std::vector<std::int64_t>, Program> programs_;  ///< by the input's shape
};

/// A network's tensors by their names.
TensorsByName tensors_of(const torch::nn::Module& network);

}  // namespace jcs::inference
