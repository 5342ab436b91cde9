#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "device_graph.hpp"

namespace jcs::inference {

/// Runs of one work with inputs of some shapes. The first run of a shape goes step by step, for
/// whatever is made ready lazily must be so before operations are recorded; the second records; all
/// others replay. Where nothing can be recorded, every run goes step by step.
class Replays {
 public:
  using Work = std::function<at::Tensor(const at::Tensor& input)>;

  /// @param recorder empty: nothing is recorded
  explicit Replays(GraphRecorder recorder) : recorder_(std::move(recorder)) {}

  /// @param work the same at every call; its answer depends on the input alone
  at::Tensor run(const at::Tensor& input, const Work& work);

  /// Lets the recordings go, and their memory.
  void clear() { seen_.clear(); }

 private:
  struct Shape {
    bool fails = false;
    std::unique_ptr<DeviceGraph> graph;
    at::Tensor input, answer;  ///< the graph's; they go before it
  };

  GraphRecorder recorder_;
  std::map<std::vector<std::int64_t>, Shape> seen_;
};

}  // namespace jcs::inference
