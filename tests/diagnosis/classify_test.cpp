#include "jcs/diagnosis/classify.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace jcs::diagnosis {
namespace {

/// Slice i is all tissue up to row i, air below.
imaging::CtVolume rising_tissue(int slices) {
  imaging::CtVolume volume;
  volume.rows = 20;
  volume.columns = 16;
  volume.slices.resize(static_cast<std::size_t>(slices));
  for (int slice = 0; slice < slices; ++slice) {
    for (int row = 0; row < volume.rows; ++row) {
      volume.hu.insert(volume.hu.end(), static_cast<std::size_t>(volume.columns),
                       row < slice ? 200 : -1400);
    }
  }
  return volume;
}

/// A network whose second logit is the share of tissue, so that it knows the slices apart.
SliceNetwork tissue_share(int batch_size) {
  SliceNetwork network;
  network.preprocessing.resize = 0;
  network.preprocessing.crop = 0;
  network.preprocessing.mean = {0, 0, 0};
  network.preprocessing.std = {1, 1, 1};
  network.batch_size = batch_size;
  network.name = "share.safetensors";
  network.run = [](const at::Tensor& x) {
    const at::Tensor share = x.mean({1, 2, 3});
    return torch::stack({torch::zeros_like(share), share}, 1);
  };
  return network;
}

TEST(Classify, GivesEverySliceItsOwnProbability) {
  const imaging::CtVolume volume = rising_tissue(7);
  for (const int batch_size : {1, 3, 7, 100}) {
    const std::vector<double> probabilities = classify_slices(volume, tissue_share(batch_size));
    ASSERT_EQ(probabilities.size(), 7U);
    for (int slice = 0; slice < 7; ++slice) {
      EXPECT_NEAR(probabilities[static_cast<std::size_t>(slice)],
                  1.0 / (1.0 + std::exp(-slice / 20.0)), 1e-6);
    }
  }
}

TEST(Classify, ReportsHowFarItIs) {
  class Watch : public Progress {
   public:
    void update(std::string_view, std::size_t done, std::size_t total) override {
      steps.emplace_back(done, total);
    }
    std::vector<std::pair<std::size_t, std::size_t>> steps;
  } watch;
  classify_slices(rising_tissue(5), tissue_share(2), watch);
  EXPECT_THAT(watch.steps,
              testing::ElementsAre(testing::Pair(2, 5), testing::Pair(4, 5), testing::Pair(5, 5)));
}

TEST(Classify, AnAnswerThatIsNoNumberIsTheWeightsFault) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    SliceNetwork broken = tissue_share(2);
    broken.run = [bad](const at::Tensor& x) { return torch::full({x.size(0), 2}, bad); };
    const std::string line =
        test::error_line<WeightsError>([&] { classify_slices(rising_tissue(5), broken); });
    EXPECT_THAT(line, testing::HasSubstr("share.safetensors"));
    EXPECT_THAT(line, testing::HasSubstr("slice 1"));
  }
}

TEST(Classify, SlicesSmallerThanTheCropAreRefused) {
  SliceNetwork network = tissue_share(1);
  network.preprocessing.crop = 64;
  test::error_line<InputError>([&] { classify_slices(rising_tissue(2), network); });
}

TEST(Classify, StopsWhenAsked) {
  std::stop_source stop;
  SliceNetwork network = tissue_share(1);
  int calls = 0;
  network.run = [&](const at::Tensor& x) {
    ++calls;
    stop.request_stop();
    return torch::zeros({x.size(0), 2});
  };
  EXPECT_THROW(classify_slices(rising_tissue(5), network, no_progress(), stop.get_token()),
               Interrupted);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace jcs::diagnosis
