#include "jcs/parallel/gradient_sum.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include "bucket.hpp"

// Why not c10d::Reducer, which PyTorch's own data parallelism is made of: it averages where shares
// of a loss want sums, wants to be told after each forward pass (with the graph's outputs, which it
// walks to find unused parameters), lays its buckets anew after the first step, so that a run which
// is resumed sums in another order than one which was not, and waits for other ranks without end
// where ours notices that one is lost. What it would save is what stands below.

namespace jcs::parallel {
namespace {

/// Buckets of at most `bytes`, or of one parameter that is larger. The last parameters come first,
/// as their gradients do; kept so for good, since the order decides how sums are rounded.
std::vector<std::vector<std::size_t>> plan(const std::vector<torch::Tensor>& parameters,
                                           std::size_t bytes) {
  std::vector<std::vector<std::size_t>> buckets;
  std::size_t filled = 0;
  for (std::size_t i = parameters.size(); i-- > 0;) {
    const torch::Tensor& parameter = parameters[i];
    const bool fits = !buckets.empty() && filled + parameter.nbytes() <= bytes &&
                      parameter.scalar_type() == parameters[i + 1].scalar_type() &&
                      parameter.device() == parameters[i + 1].device();
    if (!fits) {
      buckets.emplace_back();
      filled = 0;
    }
    buckets.back().push_back(i);
    filled += parameter.nbytes();
  }
  return buckets;
}

/// All that has to be the same on all ranks.
std::string describe(const std::vector<torch::Tensor>& parameters, std::size_t bucket_bytes) {
  std::string text = std::to_string(parameters.size()) + " parameters, buckets of " +
                     std::to_string(bucket_bytes) + " bytes";
  for (const torch::Tensor& parameter : parameters) {
    text.append("; ").append(torch::toString(parameter.scalar_type()));
    for (std::int64_t d = 0; d < parameter.dim(); ++d) {
      text.append(" ").append(std::to_string(parameter.size(d)));
      text.append("/").append(std::to_string(parameter.stride(d)));
    }
  }
  return text;
}

void expect_alike(Ranks& ranks, const std::string& mine) {
  const std::vector<std::string> texts = ranks.gather_texts(mine);
  for (std::size_t i = 1; i < texts.size(); ++i) {
    if (texts[i] != texts[0]) {
      throw UsageError({"rank " + std::to_string(i) +
                        " trains another network than rank 0: its parameters differ in number, "
                        "shape, order of elements or type"});
    }
  }
}

}  // namespace

class GradientSum::Impl {
 public:
  Impl(Ranks& ranks, const std::vector<torch::Tensor>& parameters, std::size_t bucket_bytes);

  void begin();
  void gradient_is_there(std::size_t parameter);
  void finish();

  [[nodiscard]] std::size_t buckets() const { return buckets_.size(); }
  [[nodiscard]] std::size_t begun_during_backward() const { return early_; }

 private:
  void begin_next_sum();

  Ranks& ranks_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  // by parameter
  bool armed_ = false;
  std::vector<bool> there_;           // by parameter: has its gradient of this backward pass
  std::vector<std::size_t> missing_;  // by bucket: parameters without
  std::vector<std::function<void()>> waits_;  // by bucket, of the sums begun
  std::size_t early_ = 0;
};

namespace {

/// Runs when autograd has added to a parameter's gradient.
struct Hook : torch::autograd::FunctionPostHook {
  explicit Hook(std::function<void()> action) : action(std::move(action)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    action();
    return outputs;
  }
  std::function<void()> action;
};

}  // namespace

GradientSum::Impl::Impl(Ranks& ranks, const std::vector<torch::Tensor>& parameters,
                        std::size_t bucket_bytes)
    : ranks_(ranks), bucket_of_(parameters.size()), there_(parameters.size()) {
  expect_alike(ranks, describe(parameters, bucket_bytes));
  for (const std::vector<std::size_t>& members : plan(parameters, bucket_bytes)) {
    std::vector<torch::Tensor> of_bucket;
    for (const std::size_t i : members) {
      bucket_of_[i] = buckets_.size();
      of_bucket.push_back(parameters[i]);
    }
    buckets_.emplace_back(std::move(of_bucket));
  }
}

void GradientSum::Impl::begin() {
  if (armed_) {
    throw std::logic_error("GradientSum: begin() twice without finish()");
  }
  armed_ = true;
  early_ = 0;
  waits_.clear();
  there_.assign(there_.size(), false);
  missing_.clear();
  for (const Bucket& bucket : buckets_) {
    missing_.push_back(bucket.size());
  }
}

void GradientSum::Impl::gradient_is_there(std::size_t parameter) {
  if (!armed_) {
    return;
  }
  if (there_[parameter]) {
    throw std::logic_error("GradientSum: two backward passes between begin() and finish()");
  }
  there_[parameter] = true;
  --missing_[bucket_of_[parameter]];
  // In one order on all ranks, whatever order gradients come in: sums are matched by it.
  while (waits_.size() < buckets_.size() && missing_[waits_.size()] == 0) {
    begin_next_sum();
    ++early_;
  }
}

void GradientSum::Impl::begin_next_sum() {
  Bucket& bucket = buckets_[waits_.size()];
  bucket.pack();
  waits_.push_back(ranks_.begin_sum(bucket.buffer()));
}

void GradientSum::Impl::finish() {
  if (!armed_) {
    throw std::logic_error("GradientSum: finish() without begin()");
  }
  armed_ = false;
  while (waits_.size() < buckets_.size()) {
    begin_next_sum();
  }
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    waits_[i]();
    buckets_[i].unpack();
  }
  waits_.clear();
}

GradientSum::GradientSum(Ranks& ranks, const std::vector<torch::Tensor>& parameters,
                         std::size_t bucket_bytes) {
  if (ranks.is_alone()) {
    return;
  }
  std::vector<torch::Tensor> trained;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.requires_grad()) {
      trained.push_back(parameter);
    }
  }
  impl_ = std::make_shared<Impl>(ranks, trained, bucket_bytes);
  for (std::size_t i = 0; i < trained.size(); ++i) {
    auto accumulator = torch::autograd::impl::grad_accumulator(trained[i]);
    // The accumulator may outlive this object.
    const auto key =
        accumulator->add_post_hook(std::make_unique<Hook>([impl = std::weak_ptr<Impl>(impl_), i] {
          if (const auto alive = impl.lock()) {
            alive->gradient_is_there(i);
          }
        }));
    hooks_.push_back([accumulator, key] { accumulator->del_post_hook(key); });
  }
}

GradientSum::~GradientSum() {
  for (const auto& remove : hooks_) {
    remove();
  }
}

void GradientSum::begin() {
  if (impl_) {
    impl_->begin();
  }
}

void GradientSum::finish() {
  if (impl_) {
    impl_->finish();
  }
}

std::size_t GradientSum::buckets() const { return impl_ ? impl_->buckets() : 0; }

std::size_t GradientSum::begun_during_backward() const {
  return impl_ ? impl_->begun_during_backward() : 0;
}

}  // namespace jcs::parallel
