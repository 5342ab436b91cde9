// The release's fused segmenter from published stage-1 features: read from their file, as training
// and validation read them.
#include <gtest/gtest.h>

#include "jcs/data/features.hpp"
#include "jcs/models/segmenter.hpp"

#include "support/reference_input.hpp"

namespace {

using namespace jcs::test;

TEST(ReferenceFeatures, GiveThePublishedMaps) {
  JCS_NEEDS(reference_dir() / "features_0.mat");
  const torch::NoGradGuard no_grad;
  jcs::models::Segmenter network(jcs::models::SegmenterOptions::joint_release());
  fill_by_rule(*network);
  network->eval();
  const auto features = jcs::data::read_stage_one_features(reference_dir() / "features_0.mat");
  const auto maps = torch::sigmoid(
      network->forward_from_stage1(features.vgg.unsqueeze(0), features.res2net.unsqueeze(0)));
  const auto expected = read_npy(reference_dir() / "features_0.npy");
  EXPECT_LT(relative_difference("features_0", maps, expected), 1e-4);
}

}  // namespace
