#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace jcs::parallel {

/// The gradients of some parameters of one type, side by side in one tensor that is summed at once.
class Bucket {
 public:
  explicit Bucket(std::vector<torch::Tensor> parameters);

  [[nodiscard]] std::size_t size() const { return parameters_.size(); }
  /// What is summed: the gradients, then one element per parameter that says on how many ranks it
  /// has one.
  [[nodiscard]] const torch::Tensor& buffer() const { return buffer_; }

  /// Gradients into the buffer; zero where there is none.
  void pack();
  /// The buffer into the gradients; one that no rank has stays absent.
  void unpack();

 private:
  std::vector<torch::Tensor> parameters_;
  torch::Tensor buffer_, present_;
  std::vector<torch::Tensor> slots_;  // views of the buffer, each laid out like its parameter
};

}  // namespace jcs::parallel
