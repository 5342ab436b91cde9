#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <c10/core/Stream.h>
#include <torch/types.h>

#include "device_graph.hpp"
#include "program.hpp"
#include "replays.hpp"
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
  /// What the maps of all slices that a CPU has under way may take in bytes; one slice always may.
  static constexpr std::size_t kMostMemory = std::size_t{2} << 30U;

  /// @param tensors the trained network's, by name
  PreparedNetwork(TensorsByName tensors, Twin twin, const Target& target,
                  std::size_t most_memory = kMostMemory);

  /// Float [N, 3, h, w] on the CPU → what the twin's `run` gives, float on the CPU. On a GPU as
  /// many slices at once as its memory has room for. @throws UsageError where that is none.
  at::Tensor run(const at::Tensor& input);

  /// The same on the device, channels-last → float. On a GPU its stream is the current one, and the
  /// answer is only begun. Not for several threads at once.
  at::Tensor run_there(const at::Tensor& input);
  /// On a CPU: the network's answer to what `make` makes of slices of a batch, [N, …, h, w] → float
  /// [N, 3, h, w] in channels-last order. It may do so on any thread, and of single slices.
  using Make = std::function<at::Tensor(const at::Tensor& slices, Memory& memory)>;
  at::Tensor run_here(const at::Tensor& batch, const Make& make);
  /// The GPU's stream that all of this runs on; nothing on a CPU.
  [[nodiscard]] const std::optional<c10::Stream>& stream() const { return stream_; }

  /// What one slice of such a batch costs.
  Program::Work work(const at::Tensor& input);

  /// What takes how long, for one input.
  std::vector<Program::Cost> profile(const at::Tensor& input);

  [[nodiscard]] const Target& target() const { return target_; }
  /// Bytes of a CPU's memory that are held for maps.
  [[nodiscard]] std::size_t held() const { return memory_.held(); }

 private:
  /// What is done with inputs of one shape.
  struct Ready {
    Program program;
    Replays replays;               ///< of the program, whose tensors they hold on to
    std::size_t slice_memory = 0;  ///< what one slice's maps take; 0: not known yet
  };
  Ready& ready_for(at::IntArrayRef shape);
  [[nodiscard]] at::Tensor answer(const Ready& ready, const at::Tensor& input,
                                  Memory& memory) const;
  /// How many slices' maps the memory may hold.
  std::int64_t slices_in_memory(Ready& ready, const at::Tensor& batch, const Make& make) const;
  /// How many threads take a slice each; 0 where they had better share each slice's operations.
  [[nodiscard]] int threads_apart(const Ready& ready, std::int64_t in_memory) const;
  at::Tensor run_apart(const Ready& ready, const at::Tensor& batch, const Make& make, int threads);
  at::Tensor run_shared(const at::Tensor& batch, const Make& make, std::int64_t at_once);
  std::int64_t& most_at_once(const at::Tensor& input);
  void make_room();
  [[nodiscard]] at::Tensor placed(const at::Tensor& input) const;

  std::size_t most_memory_;
  TensorsByName tensors_;
  Twin twin_;
  Target target_;
  Memory memory_;
  ConvolutionStore convolutions_;
  std::optional<c10::Stream> stream_;
  GraphRecorder recorder_;
  std::map<std::vector<std::int64_t>, Ready> ready_;        ///< by the input's shape
  std::map<std::vector<std::int64_t>, std::int64_t> most_;  ///< slices at once, by a slice's shape
};

/// A network's tensors by their names.
TensorsByName tensors_of(const torch::nn::Module& network);

}  // namespace jcs::inference
