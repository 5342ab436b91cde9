#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "convolution.hpp"
#include "memory.hpp"
#include "target.hpp"
#include "trace.hpp"
#include "value.hpp"

namespace jcs::inference {

/// A network's tensors by their registered names.
using TensorsByName = std::map<std::string, at::Tensor>;

/// The convolutions of a network, made ready once and shared by the programs for all input shapes.
using ConvolutionStore = std::map<std::string, std::shared_ptr<const Convolution>>;

/// A traced network made ready: batch norms folded into the convolutions before them, sums and
/// ReLUs fused with them, joined and scaled maps handed on in parts; every value is let go behind
/// its last use.
class Program {
 public:
  /// @param tensors those of the network whose operations `trace` has
  Program(const Trace& trace, const TensorsByName& tensors, const Target& target,
          ConvolutionStore& store);

  at::Tensor run(const at::Tensor& input, Memory& memory) const;

  /// What its convolutions do for one slice, but transposed ones.
  struct Work {
    std::int64_t operations = 0;  ///< multiplications and additions
    std::int64_t bytes = 0;       ///< of their maps, all of them
  };
  [[nodiscard]] const Work& work() const { return work_; }

  /// The operations in order and the seconds that each of them takes, on a GPU too.
  struct Cost {
    std::string operation;
    double seconds;
  };
  [[nodiscard]] std::vector<Cost> profile(const at::Tensor& input, Memory& memory) const;

 private:
  friend class Compiler;
  using Values = std::vector<Value>;
  struct Step {
    std::string name;
    std::function<void(Values&, Memory&)> run;
    std::vector<std::size_t> last_uses;
  };
  at::Tensor run(
      const at::Tensor& input, Memory& memory,
      const std::function<void(const Step&, const std::function<void()>&)>& around) const;

  Values constants_;
  std::vector<Step> steps_;
  Work work_;
  std::size_t input_ = 0, output_ = 0;
};

}  // namespace jcs::inference
