#include "jcs/data/features.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "data/mat_writer.hpp"
#include "support/temp_dir.hpp"

namespace {

TEST(StageOneFeatures, AreATwentiethOfWhatIsStored) {
  const jcs::test::TempDir dir;
  {
    jcs::test::MatWriter mat(dir / "a.mat");
    mat.features("vgg_feats", {1, 64, 3, 4},
                 [](std::size_t c, std::size_t y, std::size_t x) { return 3 * c + 5 * y + x; });
    mat.features("res2net_feats", {1, 64, 2, 2},
                 [](std::size_t c, std::size_t y, std::size_t x) { return c + 70 * y + 90 * x; });
  }
  const auto features = jcs::data::read_stage_one_features(dir / "a.mat");
  ASSERT_EQ(features.vgg.sizes(), torch::IntArrayRef({64, 3, 4}));
  ASSERT_EQ(features.res2net.sizes(), torch::IntArrayRef({64, 2, 2}));
  EXPECT_EQ(features.vgg.dtype(), torch::kFloat32);
  EXPECT_EQ(features.vgg[63][2][1].item<float>(), (3 * 63 + 5 * 2 + 1) / 20.0F);
  EXPECT_EQ(features.res2net[10][0][1].item<float>(), 100 / 20.0F);
  EXPECT_EQ(features.res2net[10][1][0].item<float>(), 80 / 20.0F);
}

}  // namespace
