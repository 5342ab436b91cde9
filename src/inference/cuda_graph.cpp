#include <utility>

#include <ATen/cuda/CUDAGraph.h>

#include "device_graph.hpp"

namespace jcs::inference {

namespace {

/// Memory that graphs share. Its number is no longer good once the last of them is gone.
struct Pool {
  c10::MempoolId_t id = at::cuda::graph_pool_handle();
};

class CudaGraph : public DeviceGraph {
 public:
  explicit CudaGraph(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}

  void replay() override { graph_.replay(); }

  /// Whether the work was recorded.
  bool record(const std::function<void()>& work) {
    try {
      // Other threads go on meanwhile: the one that prepares slices may ask for pinned memory,
      // which the default mode would take for a fault of this recording.
      graph_.capture_begin(pool_->id, cudaStreamCaptureModeThreadLocal);
    } catch (const c10::Error&) {
      return false;
    }
    bool whole = true;
    try {
      work();
    } catch (const c10::Error&) {
      whole = false;
    }
    try {
      graph_.capture_end();  // also after a failure: the stream records until then
    } catch (const c10::Error&) {
      whole = false;
    }
    return whole;
  }

 private:
  std::shared_ptr<Pool> pool_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

GraphRecorder graph_recorder(const c10::Device& device) {
  if (!device.is_cuda()) return {};
  // Shared by copies of the recorder.
  const auto known = std::make_shared<std::weak_ptr<Pool>>();
  return [known](const std::function<void()>& work) -> std::unique_ptr<DeviceGraph> {
    std::shared_ptr<Pool> pool = known->lock();
    if (!pool) *known = pool = std::make_shared<Pool>();
    auto graph = std::make_unique<CudaGraph>(std::move(pool));
    if (!graph->record(work)) return nullptr;
    return graph;
  };
}

}  // namespace jcs::inference
