#include "jcs/inference/architecture.hpp"

#include <gtest/gtest.h>

namespace jcs::inference {
namespace {

using models::ClassifierOptions;
using models::SegmenterOptions;

TEST(Architecture, NamesClassifiersAsTheFieldDoes) {
  EXPECT_EQ(architecture(ClassifierOptions::release()), "Res2Net-101 v1b 26w 4s");
  EXPECT_EQ(architecture(ClassifierOptions::paper()), "Res2Net-50 v1 26w 4s");
  EXPECT_EQ(architecture(ClassifierOptions::compact()), "Res2Net-14 v1b 26w 4s, 16 planes");
}

TEST(Architecture, NamesSegmentersByTheirParts) {
  EXPECT_EQ(architecture(SegmenterOptions::release()), "VGG-16 with batch norm, EFM, AFF");
  EXPECT_EQ(architecture(SegmenterOptions::joint_release()),
            "VGG-16 with batch norm, EFM, AFF, fused (release) with Res2Net-101 v1b 26w 4s");
  SegmenterOptions baseline = SegmenterOptions::paper();
  baseline.efm = baseline.aff = false;
  baseline.encoder.width = 16;
  EXPECT_EQ(architecture(baseline), "VGG-16, width 16");
}

TEST(Architecture, NamesTheNetworksOfTableVII) {
  using Architecture = SegmenterOptions::Architecture;
  const auto text = [](Architecture network, int width) {
    return architecture(SegmenterOptions::baseline(network, width));
  };
  EXPECT_EQ(text(Architecture::kUnet, 64), "U-Net");
  EXPECT_EQ(text(Architecture::kDss, 64), "DSS on VGG-16");
  EXPECT_EQ(text(Architecture::kEgnet, 8), "EGNet on VGG-16, width 8");
  EXPECT_EQ(text(Architecture::kPoolnet, 64), "PoolNet on VGG-16");
}

}  // namespace
}  // namespace jcs::inference
