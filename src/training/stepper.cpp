#include "stepper.hpp"

#include <cmath>
#include <numeric>

#include <torch/torch.h>

#include "jcs/training/optimizer.hpp"

#include "autocast.hpp"

namespace jcs::training {

namespace {

double norm_of(const std::vector<torch::Tensor>& gradients) {
  if (gradients.empty()) {
    return 0.0;
  }
  std::vector<torch::Tensor> norms;
  norms.reserve(gradients.size());
  for (const torch::Tensor& gradient : gradients) {
    norms.push_back(torch::linalg_vector_norm(gradient, 2));
  }
  return torch::linalg_vector_norm(torch::stack(norms), 2).item<double>();
}

}  // namespace

double Stepper::Outcome::loss() const { return std::accumulate(losses.begin(), losses.end(), 0.0); }

void order_memory(torch::nn::Module& network, const RunOptions& run) {
  if (!run.channels_last) return;
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : network.parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

Stepper::Stepper(Task& task, const TrainingSetup& setup)
    : task_(task),
      run_(setup.run),
      ranks_(setup.ranks != nullptr && !setup.ranks->is_alone() ? setup.ranks : nullptr),
      device_(task.network().parameters().front().device()),
      optimizer_(make_optimizer(task.network(), setup.optimizer)) {
  order_memory(task.network(), run_);
  for (torch::Tensor& parameter : task.network().parameters()) {
    if (parameter.requires_grad()) {
      parameters_.push_back(parameter);
    }
  }
  if (ranks_ != nullptr) {
    gradient_sum_.emplace(*ranks_, parameters_);
  }
}

data::Batch Stepper::on_device(const data::Batch& part) const {
  data::Batch batch = part;
  const auto format =
      run_.channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  for (torch::Tensor* input : {&batch.images, &batch.encoder_first, &batch.classifier_stem}) {
    if (input->defined()) {
      *input = input->to(device_).contiguous(format);
    }
  }
  batch.masks = part.masks.to(device_);
  batch.labels = part.labels.to(device_);
  batch.targets = part.targets.to(device_);
  batch.annotated = part.annotated.to(device_);
  return batch;
}

std::optional<Stepper::Outcome> Stepper::add(const data::Batch& part, double rate,
                                             bool stop_asked) {
  const bool scaled = run_.precision == Precision::kFp16;
  std::vector<torch::Tensor> losses;
  {
    const Autocast autocast(device_, run_.precision);
    losses = task_.losses(on_device(part));
  }
  torch::Tensor total = losses.front();
  for (std::size_t i = 1; i < losses.size(); ++i) {
    total = total + losses[i];
  }
  if (gradient_sum_ && part.last_part) {
    gradient_sum_->begin();
  }
  (scaled ? total * scale_.state().scale : total).backward();

  current_.losses.resize(losses.size(), 0.0);
  // One copy for all of them: each would wait for the device anew.
  const torch::Tensor values = torch::stack(losses).detach().to(torch::kCPU, torch::kDouble);
  bool finite = true;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double value = values.data_ptr<double>()[i];
    current_.losses[i] += value;
    finite = finite && std::isfinite(value);
  }
  if (!finite) {
    current_.suspects.insert(current_.suspects.end(), part.entries.begin(), part.entries.end());
  }
  if (!part.last_part) {
    return std::nullopt;
  }
  if (gradient_sum_) {
    gradient_sum_->finish();
  }
  share_outcome(stop_asked);
  move(rate);
  return std::exchange(current_, {});
}

void Stepper::share_outcome(bool stop_asked) {
  current_.stop = stop_asked;
  if (ranks_ == nullptr) {
    return;
  }
  std::vector<double> values = current_.losses;
  values.push_back(stop_asked ? 1.0 : 0.0);
  const torch::Tensor sums = ranks_->sum(torch::tensor(values, torch::kDouble).to(device_)).cpu();
  for (std::size_t i = 0; i < current_.losses.size(); ++i) {
    current_.losses[i] = sums[static_cast<std::int64_t>(i)].item<double>();
  }
  current_.stop = sums[-1].item<double>() > 0;
}

void Stepper::move(double rate) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters_) {
    if (parameter.grad().defined()) {
      gradients.push_back(parameter.grad());
    }
  }
  const bool scaled = run_.precision == Precision::kFp16;
  const bool usable = !scaled || scale_.unscale(gradients);
  if (usable) {
    current_.gradient_norm = norm_of(gradients);
  }
  current_.finite = std::isfinite(current_.loss()) &&
                    (usable ? std::isfinite(current_.gradient_norm) : scale_.can_shrink());
  if (current_.finite && usable) {
    if (run_.clip_gradient > 0 && current_.gradient_norm > run_.clip_gradient) {
      const double factor = run_.clip_gradient / current_.gradient_norm;
      for (torch::Tensor& gradient : gradients) {
        gradient.mul_(factor);
      }
    }
    set_learning_rate(*optimizer_, rate);
    optimizer_->step();
  }
  optimizer_->zero_grad();
}

}  // namespace jcs::training
