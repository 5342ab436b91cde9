#pragma once

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "jcs/parallel/ranks.hpp"

#include "backend.hpp"
#include "life_signs.hpp"

namespace jcs::parallel {

/// The connections of a rank that has joined others.
class Ranks::Group {
 public:
  Group(const Rendezvous& rendezvous, const torch::Device& device);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  [[nodiscard]] int rank() const { return rendezvous_.rank; }
  [[nodiscard]] int size() const { return rendezvous_.size; }
  [[nodiscard]] const torch::Device& device() const { return device_; }

  using Work = c10::intrusive_ptr<c10d::Work>;
  Work begin_sum(const torch::Tensor& tensor);
  Work begin_broadcast(const torch::Tensor& tensor);
  /// Returns when the work is done and its result is there for the host too.
  void wait(const Work& work);

  std::vector<std::string> gather_texts(const std::string& text);

 private:
  template <class Begin>
  Work begin(Begin&& begin);
  void abandon_gloo();
  [[noreturn]] void lose(const std::string& who);
  [[noreturn]] void lose_by(const std::exception& error);

  Rendezvous rendezvous_;
  torch::Device device_;
  c10::intrusive_ptr<c10d::Store> store_;
  std::unique_ptr<LifeSigns> signs_;
  c10::intrusive_ptr<c10d::Backend> backend_;
  int unfinished_ = 0;      // works begun and not waited for
  std::int64_t texts_ = 0;  // gathered so far
  bool broken_ = false;
};

}  // namespace jcs::parallel
