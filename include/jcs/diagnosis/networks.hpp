#pragma once

#include <functional>
#include <string>

#include <ATen/core/Tensor.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/inference/pending_answer.hpp"

namespace jcs::diagnosis {

/// What the pipeline needs of a network: how a slice becomes its input, and what it says to a batch
/// of them. The input is float [N, 3, h, w] on the CPU; so is the answer, whose first dimension is
/// N.
struct SliceNetwork {
  std::function<at::Tensor(const at::Tensor&)> run;
  Preprocessing preprocessing;
  int batch_size = 1;
  std::string name;  ///< named when the answer is no number: the file of its weights

  /// Where there is one, it is asked instead of `run`: slices before they are normalised, grey
  /// values of one byte, [N, h, w] in memory that `grey_slices` gives.
  std::function<inference::PendingAnswer(const at::Tensor& grey)> ask = {};
  std::function<at::Tensor(at::IntArrayRef size)> grey_slices = {};
  bool answers_later = false;  ///< and leaves the processor to others meanwhile
};

}  // namespace jcs::diagnosis
