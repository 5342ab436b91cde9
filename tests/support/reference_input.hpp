#pragma once

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <torch/torch.h>

#include "support/fill_rule.hpp"
#include "support/npy.hpp"
#include "support/shared.hpp"

namespace jcs::test {

/// A crop of a picture of COVID-19-CT100 as the reference networks saw it: [1, 3, h, w], ImageNet
/// mean and deviation.
inline torch::Tensor reference_input(int y, int x, int h, int w,
                                     const std::string& name = "tr_im_0007.png") {
  const auto file = data_dir() / "COVID-19-CT100" / "tr_im" / name;
  const cv::Mat grey = cv::imread(file.string(), cv::IMREAD_GRAYSCALE);
  const cv::Mat crop = grey(cv::Rect(x, y, w, h)).clone();
  const auto picture =
      torch::from_blob(crop.data, {1, 1, h, w}, torch::kUInt8).to(torch::kFloat32) / 255;
  const auto mean = torch::tensor({0.485F, 0.456F, 0.406F}).view({1, 3, 1, 1});
  const auto deviation = torch::tensor({0.229F, 0.224F, 0.225F}).view({1, 3, 1, 1});
  return (picture.expand({1, 3, h, w}) - mean) / deviation;
}

/// Fills every parameter and buffer by the rule of its name (`rename` gives the reference's name
/// for ours).
template <class Rename>
void fill_by_rule(torch::nn::Module& module, Rename&& rename) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    item.value().copy_(fill_rule(rename(item.key()), item.value().sizes().vec()));
  }
  for (auto& item : module.named_buffers()) {
    item.value().copy_(fill_rule(rename(item.key()), item.value().sizes().vec()));
  }
}
inline void fill_by_rule(torch::nn::Module& module) {
  fill_by_rule(module, [](const std::string& name) { return name; });
}

/// Names and shapes that a published state dict has must be ours, and ours must be its
/// (`num_batches_tracked` apart).
inline void expect_same_names(const torch::nn::Module& module,
                              const std::filesystem::path& keys_file) {
  std::ifstream in(keys_file);
  std::map<std::string, std::vector<std::int64_t>> expected;
  for (const auto& entry : nlohmann::json::parse(in)) {
    const std::string name = entry[0];
    if (!name.ends_with("num_batches_tracked")) {
      expected[name] = entry[1].get<std::vector<std::int64_t>>();
    }
  }
  std::map<std::string, std::vector<std::int64_t>> got;
  for (const auto& item : module.named_parameters()) {
    got[item.key()] = item.value().sizes().vec();
  }
  for (const auto& item : module.named_buffers()) {
    if (!item.key().ends_with("num_batches_tracked")) {
      got[item.key()] = item.value().sizes().vec();
    }
  }
  EXPECT_EQ(got, expected);
}

/// Largest difference as a share of the expected values' spread; also kept in the test's record
/// under `name`.
inline double relative_difference(const std::string& name, const torch::Tensor& got,
                                  const torch::Tensor& expected) {
  const auto a = got.to(torch::kFloat64).cpu();
  if (a.numel() != expected.numel()) {
    ADD_FAILURE() << name << ": " << a.sizes() << " against " << expected.sizes();
    return 1e9;
  }
  const double spread = (expected.max() - expected.min()).item<double>();
  const double difference =
      (a.view(expected.sizes()) - expected).abs().max().item<double>() / spread;
  testing::Test::RecordProperty(name, std::to_string(difference));
  std::printf("%s: largest difference %.2g of the spread\n", name.c_str(), difference);
  return difference;
}

}  // namespace jcs::test
