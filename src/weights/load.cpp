#include "jcs/weights/load.hpp"

#include <unordered_map>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

namespace {

std::string describe(const at::Tensor& tensor) {
  return shape_text(tensor) + " " + type_name(tensor);
}

constexpr std::size_t kShown = 3;

bool optional(const std::string& name) { return name.ends_with("num_batches_tracked"); }

// A network's weight takes any real number type, a counter any integer type.
bool convertible(const at::Tensor& from, const at::Tensor& to) {
  return from.is_floating_point() == to.is_floating_point() && !from.is_complex();
}

std::string first_few(const std::vector<std::string>& names) {
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  if (names.size() > kShown) {
    shown.emplace_back("...");
  }
  return joined(shown);
}

void add_part(std::vector<std::string>& parts, const std::vector<std::string>& names,
              const char* what) {
  if (!names.empty()) {
    parts.push_back(std::to_string(names.size()) + " " + what + " (" + first_few(names) + ")");
  }
}

[[noreturn]] void refuse(const LoadReport& report, const TensorMap& tensors,
                         const LoadOptions& options) {
  std::string what = "does not fit the network: " + summary(report);
  const std::string looks = to_text(recognise(tensors));
  if (!looks.empty() && (report.used.empty() ||
                         report.missing.size() + report.unexpected.size() > report.used.size())) {
    what += "; it looks like " + looks;
  }
  Problem problem{what, options.source};
  if (!report.misfits.empty()) {
    problem.expected = report.misfits.front().name + " " + report.misfits.front().expected;
    problem.got = report.misfits.front().got;
  }
  throw WeightsError(problem);
}

}  // namespace

std::string summary(const LoadReport& report) {
  std::vector<std::string> parts = {std::to_string(report.used.size()) + " used"};
  add_part(parts, report.missing, "missing");
  add_part(parts, report.unexpected, "unexpected");
  std::vector<std::string> names;
  for (const Misfit& misfit : report.misfits) {
    names.push_back(misfit.name);
  }
  add_part(parts, names, "of another shape or type");
  return joined(parts);
}

std::string type_name(const at::Tensor& tensor) {
  return c10::getDtypeNames(tensor.scalar_type()).first;
}

std::string shape_text(const at::Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t size : tensor.sizes()) {
    text += text.size() > 1 ? ", " : "";
    text += std::to_string(size);
  }
  return text += "]";
}

TensorMap state_of(const torch::nn::Module& module) {
  TensorMap state;
  for (const auto& item : module.named_parameters()) {
    state.add(item.key(), item.value().detach());
  }
  for (const auto& item : module.named_buffers()) {
    state.add(item.key(), item.value().detach());
  }
  return state;
}

LoadReport load_into(torch::nn::Module& module, const TensorMap& tensors,
                     const LoadOptions& options) {
  return load_state(state_of(module), tensors, options);
}

LoadReport load_state(const TensorMap& state, const TensorMap& tensors,
                      const LoadOptions& options) {
  LoadReport report;
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  for (const auto& [name, to] : state) {
    const at::Tensor* from = tensors.find(name);
    if (from == nullptr) {
      if (!optional(name)) {
        report.missing.push_back(name);
      }
    } else if (from->sizes() != to.sizes() || !convertible(*from, to)) {
      report.misfits.push_back({name, describe(to), describe(*from)});
    } else {
      report.used.push_back(name);
      copies.emplace_back(to, *from);
    }
  }
  for (const auto& [name, from] : tensors) {
    if (!state.contains(name) && !optional(name)) {
      report.unexpected.push_back(name);
    }
  }
  if (options.partial ? report.used.empty() : !report.complete()) {
    refuse(report, tensors, options);
  }
  const torch::NoGradGuard no_grad;
  for (auto& [to, from] : copies) {
    to.copy_(from);
  }
  return report;
}

}  // namespace jcs::weights
