#include "jcs/data/features.hpp"

#include "jcs/data/stage_one_file.hpp"

namespace jcs::data {

namespace {

constexpr float kScale = 20.0F;

torch::Tensor features_of(const StoredFeatures& stored) {
  torch::Tensor tensor = torch::empty({stored.channels, stored.rows, stored.columns});
  auto* out = tensor.data_ptr<float>();
  for (const std::uint8_t value : stored.values) {
    *out++ = static_cast<float>(value) / kScale;
  }
  return tensor;
}

}  // namespace

StageOneFeatures read_stage_one_features(const std::filesystem::path& file) {
  const StageOneFile stored = read_stage_one_file(file);
  return {features_of(stored.vgg), features_of(stored.res2net)};
}

}  // namespace jcs::data
