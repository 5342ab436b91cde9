#pragma once

#include <ATen/Functions.h>

#include "jcs/weights/tensor_file.hpp"

#include "weights/files.hpp"

namespace jcs::test {

/// Whether the file gave the two tensors as they were written.
inline bool holds_the_two(const weights::TensorFile& file) {
  const at::Tensor* a = file.tensors.find("a");
  const at::Tensor* b = file.tensors.find("b");
  return file.tensors.size() == 2 && a != nullptr && b != nullptr &&
         a->equal(at::tensor(six()).view({2, 3})) && b->equal(a->t());
}

}  // namespace jcs::test
