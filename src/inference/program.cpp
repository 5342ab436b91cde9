#include "program.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <ATen/DeviceAccelerator.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/torch.h>

#include "jcs/core/stopwatch.hpp"

#include "first_convolutions.hpp"
#include "fusion.hpp"
#include "pooling.hpp"

namespace jcs::inference {

namespace jit = torch::jit;

/// Turns a trace into a program's steps.
class Compiler {
 public:
  Compiler(Program& program, const Trace& trace, const TensorsByName& tensors, const Target& target,
           ConvolutionStore& store)
      : program_(program), tensors_(tensors), target_(target), store_(store) {
    const auto graph = trace.graph->copy();
    const Fusions fusions = find_fusions(*graph);
    program_.input_ = slot(graph->inputs()[0]);
    const std::vector<std::int64_t> input = shape_of(graph->inputs()[0]);
    first_ = first_convolutions(*graph, input.at(2), input.at(3));
    for (std::size_t i = 0; i < trace.tensors.size(); ++i) {
      names_.emplace(graph->inputs()[i + 1], trace.tensors[i]);
    }
    for (jit::Node* node : graph->nodes()) {
      if (const auto fused = fusions.by_last.find(node); fused != fusions.by_last.end()) {
        add_convolution(fused->second);
      } else if (!fusions.absorbed.contains(node)) {
        add(node);
      }
    }
    program_.output_ = slot(graph->outputs()[0]);
    find_last_uses();
  }

 private:
  using Values = Program::Values;
  using Slots = std::vector<std::size_t>;

  std::size_t slot(const jit::Value* value) {
    const auto [at, added] = slots_.emplace(value, program_.constants_.size());
    if (added) {
      program_.constants_.emplace_back();
      // Only where a step takes it: of most weights, convolutions have copies of their own.
      if (const at::Tensor tensor = tensor_of(value); tensor.defined()) set_constant(value, tensor);
    }
    return at->second;
  }

  Slots slots(at::ArrayRef<jit::Value*> values) {
    Slots all;
    for (const jit::Value* value : values) all.push_back(slot(value));
    return all;
  }

  void set_constant(const jit::Value* value, c10::IValue constant) {
    const std::size_t at = slot(value);
    if (constant.isTensor() && constant.toTensor().defined()) {
      constant = constant.toTensor().to(target_.device);
    }
    program_.constants_[at] = Value(std::move(constant));
    fixed_.insert(at);
  }

  void add_step(std::string name, Slots uses, std::function<void(Values&, Memory&)> run) {
    program_.steps_.push_back({std::move(name), std::move(run), {}});
    uses_.push_back(std::move(uses));
  }

  [[nodiscard]] at::Tensor tensor_of(const jit::Value* value) const {
    const auto name = names_.find(value);
    return name == names_.end() ? at::Tensor() : tensors_.at(name->second);
  }

  void add(jit::Node* node) {
    if (node->kind() == jit::prim::Constant) {
      set_constant(node->output(), constant(node->output()));
    } else if (node->kind() == jit::prim::ListConstruct) {
      // Taken apart by who uses it.
    } else if (node->kind() == jit::prim::ListUnpack) {
      add_unpack(node);
    } else if (is(node, "aten::cat")) {
      add_cat(node);
    } else if (is(node, "aten::mul") && scales_channels(node)) {
      const std::size_t x = slot(node->input(0)), scale = slot(node->input(1)),
                        to = slot(node->output());
      add_step("scale", {x, scale},
               [=](Values& v, Memory& memory) { v[to] = scaled(v[x], v[scale].tensor(memory)); });
    } else if (is(node, "aten::mean") && averages_maps(node)) {
      const std::size_t x = slot(node->input(0)), to = slot(node->output());
      add_step("mean", {x}, [=, target = target_](Values& v, Memory&) {
        v[to] = Value(c10::IValue(channel_means(v[x], target)));
      });
    } else if (is(node, "aten::max_pool2d") && halves(node)) {
      const std::size_t x = slot(node->input(0)), to = slot(node->output());
      add_step("max_pool2d", {x}, [=, target = target_](Values& v, Memory& memory) {
        v[to] = Value(c10::IValue(halved(v[x].tensor(memory), target, memory)));
      });
    } else if (const auto pooling = pooling_of(node)) {
      const std::size_t x = slot(node->input(0)), to = slot(node->output());
      add_step(node->kind().toUnqualString(), {x},
               [=, pooling = *pooling, target = target_](Values& v, Memory& memory) {
                 v[to] = Value(c10::IValue(pooled(v[x].tensor(memory), pooling, target, memory)));
               });
    } else {
      add_other(node);
    }
  }

  static bool scales_channels(const jit::Node* node) {
    const auto x = shape_of(node->input(0)), scale = shape_of(node->input(1));
    return x.size() == 4 && scale.size() == 4 && x[0] == scale[0] && x[1] == scale[1] &&
           scale[2] == 1 && scale[3] == 1;
  }

  static bool halves(const jit::Node* node) {
    const auto is_all = [&](std::size_t input, std::int64_t value) {
      const auto numbers = constant(node->input(input)).toIntVector();
      return std::ranges::all_of(numbers, [&](std::int64_t number) { return number == value; });
    };
    // Without a stride it is as large as the window.
    return shape_of(node->input(0)).size() == 4 && is_all(1, 2) && is_all(2, 2) && is_all(3, 0) &&
           is_all(4, 1) && !constant(node->input(5)).toBool();
  }

  static std::optional<Pooling> pooling_of(const jit::Node* node) {
    const bool mean = is(node, "aten::avg_pool2d");
    if (!mean && !is(node, "aten::max_pool2d")) return std::nullopt;
    const auto edge = [&](std::size_t input) {
      const auto numbers = constant(node->input(input)).toIntVector();
      const bool square = !numbers.empty() && numbers.front() == numbers.back();
      return square ? numbers.front() : -1;
    };
    const bool without_stride = constant(node->input(2)).toIntVector().empty();
    const std::vector<std::int64_t> out = shape_of(node->output());
    const Pooling pooling = {
        .mean = mean,
        .ceil = constant(node->input(mean ? 4 : 5)).toBool(),
        .windows = {.kernel = edge(1),
                    .stride = edge(without_stride ? 1 : 2),
                    .padding = edge(3),
                    .height = out.at(2),
                    .width = out.at(3),
                    .padding_counts = mean && constant(node->input(5)).toBool()}};
    const kernels::Windows& windows = pooling.windows;
    const bool usual = mean ? constant(node->input(6)).isNone() : edge(4) == 1;
    const bool known = usual && windows.kernel > 0 && windows.stride > 0 && windows.padding >= 0;
    return known ? std::optional(pooling) : std::nullopt;
  }

  static bool averages_maps(const jit::Node* node) {
    return shape_of(node->input(0)).size() == 4 &&
           constant(node->input(1)).toIntVector() == std::vector<std::int64_t>{2, 3} &&
           !constant(node->input(2)).toBool();
  }

  void add_unpack(jit::Node* node) {
    const std::size_t list = slot(node->input());
    const Slots to = slots(node->outputs());
    add_step("unpack", {list}, [=](Values& v, Memory& memory) {
      const std::vector<at::Tensor> parts = v[list].plain(memory).toTensorVector();
      for (std::size_t i = 0; i < to.size(); ++i) v[to[i]] = Value(c10::IValue(parts.at(i)));
    });
  }

  void add_cat(jit::Node* node) {
    const Slots from = slots(node->input(0)->node()->inputs());
    const std::size_t to = slot(node->output());
    const std::int64_t dim = constant(node->input(1)).toInt();
    const bool maps = dim == 1 && shape_of(node->output()).size() == 4;
    add_step("join", from, [=](Values& v, Memory& memory) {
      std::vector<Value> all;
      for (const std::size_t i : from) all.push_back(v[i]);
      if (maps) {
        v[to] = joined(all);
        return;
      }
      std::vector<at::Tensor> tensors;
      for (Value& value : all) tensors.push_back(value.tensor(memory));
      v[to] = Value(c10::IValue(at::cat(tensors, dim)));
    });
  }

  void add_convolution(const FusedConvolution& fused) {
    const std::size_t x = slot(fused.convolution->input(0)), to = slot(fused.result);
    const bool adds = fused.addend != nullptr;
    const std::size_t addend = adds ? slot(fused.addend) : 0;
    std::string name;
    auto ready = convolution(fused, name);
    add_step(std::move(name), adds ? Slots{x, addend} : Slots{x},
             [=, relu = fused.relu](Values& v, Memory& memory) {
               const at::Tensor added = adds ? v[addend].tensor(memory) : at::Tensor();
               v[to] = Value(c10::IValue(ready->run(v[x].parts(), added, relu, memory)));
             });
  }

  std::shared_ptr<const Convolution> convolution(const FusedConvolution& fused, std::string& name) {
    jit::Node* node = fused.convolution;
    ConvolutionOptions options;
    options.weight = tensor_of(node->input(1));
    options.stride = constant(node->input(3)).toIntVector();
    options.padding = constant(node->input(4)).toIntVector();
    options.dilation = constant(node->input(5)).toIntVector();
    options.groups = constant(node->input(8)).toInt();
    options.input = shape_of(node->input(0));
    options.input[1] = options.weight.size(1) * options.groups;
    options.sees_part = node->input(0)->node()->kind() == jit::prim::ListUnpack;
    name = "convolution " + names_.at(node->input(1)) + " " + std::to_string(options.input[1]) +
           "->" + std::to_string(options.weight.size(0)) + " " +
           std::to_string(options.weight.size(2)) + "x" + std::to_string(options.weight.size(3)) +
           " at " + std::to_string(options.input[2]) + "x" + std::to_string(options.input[3]);
    const Target target = target_of(node);
    count(node, options, target);
    // One convolution before two different batch norms would be two.
    std::string key = names_.at(node->input(1));
    if (fused.batch_norm != nullptr) key += " " + names_.at(fused.batch_norm->input(1));
    if (const auto known = store_.find(key); known != store_.end()) return known->second;

    const auto as_float = [](const at::Tensor& tensor) {
      return tensor.defined() ? tensor.to(torch::kCPU, torch::kFloat) : tensor;
    };
    options.weight = as_float(options.weight);
    options.bias = as_float(tensor_of(node->input(2)));
    if (fused.batch_norm != nullptr) {
      const auto input = [&](int i) { return as_float(tensor_of(fused.batch_norm->input(i))); };
      fold(
          {input(1), input(2), input(3), input(4), constant(fused.batch_norm->input(7)).toDouble()},
          options);
    }
    return store_.emplace(key, ready_convolution(options, target)).first->second;
  }

  // Of the trace, which has few channels, only the maps' size counts.
  void count(const jit::Node* node, const ConvolutionOptions& options, const Target& target) {
    const std::vector<std::int64_t> out = shape_of(node->output());
    const std::int64_t values = options.weight.size(0) * out.at(2) * out.at(3);
    program_.work_.operations += 2 * values * options.weight[0].numel();
    program_.work_.bytes += values * static_cast<std::int64_t>(c10::elementSize(target.type));
  }

  // The first convolutions, until maps are an eighth of the slice, stay in fp32 and see the slice
  // as it is: rounding there moves the outline of an opacity most. Measured with a trained compact
  // segmenter, Dice against fp32 is 0.998 to 0.999 so, and 0.994 with all of them in bf16.
  [[nodiscard]] Target target_of(const jit::Node* convolution) const {
    Target target = target_;
    if (first_.contains(convolution)) target.type = torch::kFloat;
    return target;
  }

  // Whatever else a network does is done by LibTorch. Its convolutions, here transposed ones, take
  // maps of the weights' numbers alone.
  void add_other(jit::Node* node) {
    TORCH_CHECK(node->outputs().size() == 1 && !node->schema().is_mutable(),
                "a network does what no program can: ", *node);
    const Slots from = slots(node->inputs());
    const std::size_t to = slot(node->output());
    add_step(node->kind().toUnqualString(), from,
             [=, operation = node->getOperation(), widens = is(node, "aten::_convolution")](
                 Values& v, Memory& memory) mutable {
               jit::Stack stack;
               for (const std::size_t i : from) {
                 const c10::IValue& value = v[i].plain(memory);
                 stack.push_back(widens && value.isTensor() && value.toTensor().defined()
                                     ? c10::IValue(value.toTensor().to(torch::kFloat))
                                     : value);
               }
               operation(stack);
               v[to] = Value(std::move(stack.back()));
             });
  }

  void find_last_uses() {
    std::set<std::size_t> kept = fixed_;
    kept.insert(program_.output_);
    for (std::size_t i = program_.steps_.size(); i-- > 0;) {
      for (const std::size_t use : uses_[i]) {
        if (kept.insert(use).second) program_.steps_[i].last_uses.push_back(use);
      }
    }
  }

  Program& program_;
  const TensorsByName& tensors_;
  const Target& target_;
  ConvolutionStore& store_;
  std::unordered_map<const jit::Value*, std::size_t> slots_;
  std::unordered_map<const jit::Value*, std::string> names_;
  std::set<std::size_t> fixed_;
  std::vector<Slots> uses_;                     ///< of each step
  std::unordered_set<const jit::Node*> first_;  ///< convolutions that stay in fp32
};

Program::Program(const Trace& trace, const TensorsByName& tensors, const Target& target,
                 ConvolutionStore& store) {
  Compiler(*this, trace, tensors, target, store);
}

at::Tensor Program::run(
    const at::Tensor& input, Memory& memory,
    const std::function<void(const Step&, const std::function<void()>&)>& around) const {
  Values values = constants_;
  values[input_] = Value(c10::IValue(input));
  for (const Step& step : steps_) {
    if (around) {
      around(step, [&] { step.run(values, memory); });
    } else {
      step.run(values, memory);
    }
    for (const std::size_t used : step.last_uses) values[used] = Value();
  }
  return values[output_].tensor(memory);
}

at::Tensor Program::run(const at::Tensor& input, Memory& memory) const {
  return run(input, memory, nullptr);
}

std::vector<Program::Cost> Program::profile(const at::Tensor& input, Memory& memory) const {
  std::vector<Cost> costs;
  run(input, memory, [&](const Step& step, const std::function<void()>& work) {
    const Stopwatch watch;
    work();
    if (!input.is_cpu()) at::accelerator::synchronizeDevice(input.device().index());
    costs.push_back({step.name, watch.seconds()});
  });
  return costs;
}

}  // namespace jcs::inference
