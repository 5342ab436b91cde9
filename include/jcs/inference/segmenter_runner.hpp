#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <torch/types.h>

#include "jcs/inference/pending_answer.hpp"
#include "jcs/inference/runner_options.hpp"
#include "jcs/models/segmentation_network.hpp"
#include "jcs/weights/model_card.hpp"

namespace jcs::inference {

class BackgroundRuns;
class PreparedNetwork;

/// A trained opacity segmenter, alone or fused with a classifier's features, or a network of Table
/// VII, prepared once and then asked as often as needed. What it answers to a slice depends neither
/// on the other slices of the batch nor on threads beyond rounding.
class SegmenterRunner {
 public:
  /// @throws WeightsError when the file holds no segmenter, UsageError when the device is not
  /// there.
  explicit SegmenterRunner(const std::filesystem::path& weights, const RunnerOptions& options = {});
  SegmenterRunner(SegmenterRunner&&) noexcept;
  SegmenterRunner& operator=(SegmenterRunner&&) noexcept;
  ~SegmenterRunner();

  /// Slices prepared as the card says, float [N, 3, h, w] on the CPU → probability of opacity,
  /// [N, 1, h, w] in 0 … 1 on the CPU.
  at::Tensor probabilities(const at::Tensor& input);

  /// probabilities() of grey slices as the card has them before they are normalised, uint8 [N, h,
  /// w] on the CPU; not to be written to before the answer is there. A GPU computes it in the
  /// background.
  PendingAnswer ask(const at::Tensor& grey);
  /// Memory for such slices that is copied fast, values unset.
  [[nodiscard]] at::Tensor grey_slices(at::IntArrayRef size) const;

  /// The same from stage-1 features as COVID-CS publishes them, for a fused segmenter: the
  /// encoder's behind conv1_2, [N, 64, h, w], and the classifier's behind its stem, [N, 64, ⌈h/2⌉,
  /// ⌈w/2⌉].
  /// @throws UsageError where nothing is fused.
  at::Tensor probabilities_from_stage1(const at::Tensor& encoder_first,
                                       const at::Tensor& classifier_stem);

  [[nodiscard]] bool fused() const;  ///< whether a classifier's features take part
  [[nodiscard]] const weights::ModelCard& card() const { return card_; }
  [[nodiscard]] const torch::Device& device() const { return device_; }
  /// Not kAuto: what probabilities() computes with; from stage-1 features on it is fp32.
  [[nodiscard]] Precision precision() const { return precision_; }
  [[nodiscard]] int batch_size() const { return batch_size_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  torch::Device device_ = torch::kCPU;
  int batch_size_ = 1;
  Precision precision_ = Precision::kFp32;
  models::SegmentationNetwork network_{nullptr};  ///< where it is fused: for stage-1 features
  bool network_ready_ = false;
  std::unique_ptr<PreparedNetwork> prepared_;
  std::unique_ptr<BackgroundRuns> background_;  ///< of prepared_
  weights::ModelCard card_;
  std::string file_, sha256_;
};

}  // namespace jcs::inference
