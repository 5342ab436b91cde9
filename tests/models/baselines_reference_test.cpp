// The networks of Table VII against outputs of the published ones, all filled by one rule.
#include <gtest/gtest.h>

#include "jcs/models/segmentation_network.hpp"

#include "support/reference_input.hpp"
#include "support/single_thread.hpp"

namespace {

using namespace jcs::models;
using namespace jcs::test;
using Architecture = SegmenterOptions::Architecture;

constexpr double kBaselineTolerance = 1e-4;

struct Published {
  Architecture architecture;
  const char* name;
  bool probabilities;  // else the file holds logits
};

class PublishedBaseline : public testing::TestWithParam<Published> {
 protected:
  void SetUp() override {
    JCS_NEEDS(reference_dir());
    JCS_NEEDS(data_dir());
  }
};

using Entries = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

TEST_P(PublishedBaseline, HasItsNamesAndMakesItsMaps) {
  const torch::NoGradGuard no_grad;
  const std::string name = GetParam().name;
  auto net = make_segmentation_network(SegmenterOptions::baseline(GetParam().architecture));
  Entries expected;
  std::ifstream in(reference_dir() / (name + "_keys.json"));
  for (const auto& entry : nlohmann::json::parse(in)) {
    expected.emplace_back(entry[0], entry[1].get<std::vector<std::int64_t>>());
  }
  Entries got;
  for (const auto& item : net->named_parameters()) {
    got.emplace_back(item.key(), item.value().sizes().vec());
  }
  EXPECT_EQ(got, expected) << "in the order of the state dict";
  EXPECT_TRUE(net->buffers().empty());

  fill_by_rule(*net);
  net->eval();
  const auto x = reference_input(192, 192, 128, 128);
  const auto maps = read_npy(reference_dir() / (name + "_0.npy"));
  const auto logits = net->forward(x);
  EXPECT_LT(relative_difference(name + "_0",
                                GetParam().probabilities ? torch::sigmoid(logits) : logits, maps),
            kBaselineTolerance);
  // The prediction, from the published maps.
  const auto channels = torch::tensor(prediction_maps(GetParam().architecture), torch::kLong);
  const auto used = maps.view({1, -1, 128, 128}).index_select(1, channels);
  const auto expected_map =
      (GetParam().probabilities ? used : torch::sigmoid(used)).mean(1, /*keepdim=*/true);
  // Near one half the sigmoid shows what is little beside the spread of the logits.
  EXPECT_LT(relative_difference(name + "_0.probability", net->probability(x), expected_map), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(All, PublishedBaseline,
                         testing::Values(Published{Architecture::kDss, "dss", true},
                                         Published{Architecture::kEgnet, "egnet", false},
                                         Published{Architecture::kPoolnet, "poolnet", false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
