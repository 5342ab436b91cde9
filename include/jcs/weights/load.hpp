#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "jcs/weights/tensor_file.hpp"

namespace torch::nn {
class Module;
}

namespace jcs::weights {

struct LoadOptions {
  /// Take what fits and leave the rest of the network as it is. What did not fit is in the report.
  bool partial = false;
  /// Where the tensors come from, for messages.
  std::string source = "weights";
};

/// A tensor that has a place in the network but does not fit it.
struct Misfit {
  std::string name;
  std::string expected;  ///< `[2, 2048] float32`
  std::string got;
};

/// What became of every tensor of a file and of a network.
struct LoadReport {
  std::vector<std::string> used;
  std::vector<std::string> missing;     ///< in the network, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the network
  std::vector<Misfit> misfits;          ///< of another shape, or no real numbers where they must be

  [[nodiscard]] bool complete() const {
    return missing.empty() && unexpected.empty() && misfits.empty();
  }
};

/// `218 used, 1 missing (fc.bias), 2 unexpected (a, b)`: the counts and the first few names.
std::string summary(const LoadReport& report);

/// Copies tensors into the parameters and buffers of the same names, converted to the type and
/// device that these have. The counters `num_batches_tracked` of batch norms may be absent on
/// either side. Nothing is changed when an error is thrown.
/// @throws WeightsError unless names and shapes agree on both sides or `options.partial` is set,
/// and when not a single tensor fits. The line says which network the file looks made for.
LoadReport load_into(torch::nn::Module& module, const TensorMap& tensors,
                     const LoadOptions& options = {});

/// Parameters and buffers of a module by name, sharing its memory: what save and checkpoint write.
TensorMap state_of(const torch::nn::Module& module);

/// load_into() for some of a network's tensors: copies `tensors` into those of `state` that have
/// the same names. @throws WeightsError as load_into() does
LoadReport load_state(const TensorMap& state, const TensorMap& tensors,
                      const LoadOptions& options = {});

/// `float32`, `bfloat16`, `int64` …
std::string type_name(const at::Tensor& tensor);
/// `[64, 3, 3, 3]`
std::string shape_text(const at::Tensor& tensor);

}  // namespace jcs::weights
