#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <torch/types.h>

#include "jcs/inference/pending_answer.hpp"
#include "jcs/inference/runner_options.hpp"
#include "jcs/models/classifier.hpp"
#include "jcs/weights/model_card.hpp"

namespace jcs::inference {

class BackgroundRuns;
class PreparedNetwork;

/// A trained slice classifier, prepared once and then asked as often as needed. What it answers to
/// a slice depends neither on the other slices of the batch nor on threads beyond rounding.
class ClassifierRunner {
 public:
  /// @throws WeightsError when the file holds no classifier of two classes, UsageError when the
  /// device is not there.
  explicit ClassifierRunner(const std::filesystem::path& weights,
                            const RunnerOptions& options = {});
  ClassifierRunner(ClassifierRunner&&) noexcept;
  ClassifierRunner& operator=(ClassifierRunner&&) noexcept;
  ~ClassifierRunner();

  /// Slices prepared as the card says, float [N, 3, h, w] on the CPU → logits [N, 2] on the CPU.
  at::Tensor logits(const at::Tensor& input);

  /// logits() of grey slices as the card has them before they are normalised, uint8 [N, h, w] on
  /// the CPU; not to be written to before the answer is there. A GPU computes it in the background.
  PendingAnswer ask(const at::Tensor& grey);
  /// Memory for such slices that is copied fast, values unset.
  [[nodiscard]] at::Tensor grey_slices(at::IntArrayRef size) const;

  /// A batch on the CPU brought to where the network runs, in the memory order it is fast with.
  [[nodiscard]] at::Tensor placed(const at::Tensor& input) const;
  /// The network itself, in evaluation mode and fp32, as LibTorch runs it; its input is a placed()
  /// batch.
  models::Classifier& network() { return network_; }
  [[nodiscard]] const weights::ModelCard& card() const { return card_; }
  [[nodiscard]] const torch::Device& device() const { return device_; }
  /// Not kAuto: what logits() computes with.
  [[nodiscard]] Precision precision() const { return precision_; }
  [[nodiscard]] int batch_size() const { return batch_size_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  torch::Device device_ = torch::kCPU;
  int batch_size_ = 1;
  Precision precision_ = Precision::kFp32;
  models::Classifier network_{nullptr};
  std::unique_ptr<PreparedNetwork> prepared_;
  std::unique_ptr<BackgroundRuns> background_;  ///< of prepared_
  weights::ModelCard card_;
  std::string file_, sha256_;
};

}  // namespace jcs::inference
