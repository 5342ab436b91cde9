#include "jcs/data/loader.hpp"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "data/picture_set.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::data::Batch;
using jcs::data::batches_per_epoch;
using jcs::data::LoaderOptions;
using jcs::data::SliceDataset;
using jcs::test::PictureSet;

class LoaderTest : public testing::Test {
 protected:
  LoaderTest() : set_(11) { augmentation_.contrast = 0.5; }

  [[nodiscard]] SliceDataset slices() const {
    return {
        jcs::data::read_manifest(set_.manifest()),
        {jcs::data::Purpose::kSegmentation, jcs::test::plain_preprocessing(), augmentation_, 1}};
  }
  [[nodiscard]] std::vector<Batch> epoch(const LoaderOptions& options, std::int64_t number,
                                         std::size_t first = 0) const {
    std::vector<Batch> batches;
    jcs::data::for_each_batch(slices(), options, 7, number, first, [&](std::size_t, Batch& batch) {
      batches.push_back(batch);
      return true;
    });
    return batches;
  }
  PictureSet set_;
  jcs::data::AugmentationOptions augmentation_;
};

void expect_equal(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].entries, b[i].entries);
    EXPECT_TRUE(torch::equal(a[i].images, b[i].images));
    EXPECT_TRUE(torch::equal(a[i].masks, b[i].masks));
    EXPECT_TRUE(torch::equal(a[i].labels, b[i].labels));
  }
}

TEST_F(LoaderTest, TheNumberOfWorkersChangesNothing) {
  const auto alone = epoch({4, 0, true}, 2);
  for (const int workers : {1, 2, 5}) {
    expect_equal(alone, epoch({4, workers, true}, 2));
  }
}

TEST_F(LoaderTest, EveryEpochShowsEverySliceOnceInAnotherOrder) {
  std::vector<std::vector<std::size_t>> orders;
  for (const std::int64_t number : {0, 1}) {
    std::vector<std::size_t> order;
    for (const Batch& batch : epoch({4, 2, true}, number)) {
      order.insert(order.end(), batch.entries.begin(), batch.entries.end());
    }
    orders.push_back(order);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < 11; ++i) {
      ASSERT_EQ(order.at(i), i);
    }
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST_F(LoaderTest, GoesOnFromAnyBatch) {
  const auto whole = epoch({4, 2, true}, 5);
  ASSERT_EQ(whole.size(), 3u);
  for (std::size_t first = 0; first <= 3; ++first) {
    const auto rest = epoch({4, 2, true}, 5, first);
    expect_equal({whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()}, rest);
  }
}

TEST_F(LoaderTest, LeavesOutAnIncompleteBatchOnlyWhenAsked) {
  EXPECT_EQ(epoch({4, 0, false, true}, 0).size(), 2u);
  EXPECT_EQ(epoch({4, 0, false, false}, 0).back().images.size(0), 3);
  EXPECT_EQ(epoch({20, 0, false, true}, 0).size(), 1u);
  EXPECT_EQ(batches_per_epoch(8, {4, 0, false, true}), 2u);
  EXPECT_EQ(batches_per_epoch(9, {4, 0, false, true}), 2u);
  EXPECT_EQ(batches_per_epoch(9, {4, 0, false, false}), 3u);
  EXPECT_EQ(batches_per_epoch(3, {4, 0, false, true}), 1u);
}

// Every batch is cut into pieces that cover it exactly once, whatever the ranks and parts.
TEST_F(LoaderTest, WithoutShufflingEpochsTakeTurnsInWhatTheyLeaveOut) {
  LoaderOptions options{4, 1};
  options.drop_last = true;
  std::vector<std::size_t> shown;
  for (std::int64_t number = 0; number < 11; ++number) {
    for (const Batch& batch : epoch(options, number)) {
      shown.insert(shown.end(), batch.entries.begin(), batch.entries.end());
    }
  }
  ASSERT_EQ(shown.size(), 88U);
  for (std::size_t i = 0; i < shown.size(); ++i) ASSERT_EQ(shown[i], i % 11);
  options.drop_last = false;
  EXPECT_EQ(epoch(options, 1).front().entries, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST_F(LoaderTest, SlicesThatABalancedEpochRepeatsAreNoCopies) {
  LoaderOptions options{11, 2};
  options.balance = jcs::data::Balance::kLabel;
  // The list has a positive slice and ten negative ones.
  std::ofstream csv(set_.path() / "rare.csv");
  csv << "image,label\n";
  for (int i = 0; i < 11; ++i) csv << i << ".png," << (i == 4 ? 1 : 0) << "\n";
  csv.close();
  augmentation_.rotation = 45;
  const SliceDataset rare(
      jcs::data::read_manifest(set_.path() / "rare.csv"),
      {jcs::data::Purpose::kClassification, jcs::test::plain_preprocessing(), augmentation_, 1});
  std::vector<torch::Tensor> pictures;
  jcs::data::for_each_batch(rare, options, 7, 0, 0, [&](std::size_t, const Batch& batch) {
    for (std::size_t i = 0; i < batch.entries.size(); ++i) {
      if (batch.entries[i] == 4) pictures.push_back(batch.images[static_cast<std::int64_t>(i)]);
    }
    return true;
  });
  ASSERT_GE(pictures.size(), 5U);
  for (std::size_t a = 0; a < pictures.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) EXPECT_FALSE(torch::equal(pictures[a], pictures[b]));
  }
}

TEST_F(LoaderTest, RanksAndPartsCoverEveryBatchOnce) {
  const auto whole = epoch({5, 0, true}, 3);
  LoaderOptions options{5, 2, true};
  options.parts = 2;
  options.ranks = 2;
  // The last of the three batches has a single slice, too few for four pieces.
  options.drop_last = true;
  std::vector<std::vector<std::size_t>> seen(2);
  std::vector<double> shares(2);
  for (options.rank = 0; options.rank < 2; ++options.rank) {
    int calls = 0;
    jcs::data::for_each_batch(slices(), options, 7, 3, 0, [&](std::size_t index, Batch& batch) {
      EXPECT_EQ(index, static_cast<std::size_t>(calls / 2));
      EXPECT_EQ(batch.last_part, calls % 2 == 1);
      EXPECT_EQ(batch.share, static_cast<double>(batch.images.size(0)) / 5);
      seen[index].insert(seen[index].end(), batch.entries.begin(), batch.entries.end());
      shares[index] += batch.share;
      ++calls;
      return true;
    });
    EXPECT_EQ(calls, 4);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(seen[i], whole[i].entries);
    EXPECT_DOUBLE_EQ(shares[i], 1.0);
  }
  options.drop_last = false;
  options.rank = 0;
  EXPECT_NE(jcs::test::error_line<jcs::UsageError>([&] { (void)epoch(options, 0); })
                .find("a batch has fewer slices than there are processes and parts to share it "
                      "(expected at least 4 slices, got 1)"),
            std::string::npos);
}

TEST_F(LoaderTest, StopsWhenToldTo) {
  int seen = 0;
  jcs::data::for_each_batch(slices(), {2, 2, false}, 7, 0, 0,
                            [&](std::size_t, Batch&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST_F(LoaderTest, HandsOnTheErrorOfAWorker) {
  cv::imwrite((set_.path() / "7.png").string(), cv::Mat(16, 32, CV_8UC1, cv::Scalar(1)));
  for (const int workers : {0, 2}) {
    const std::string line = jcs::test::error_line<jcs::InputError>([&] {
      (void)epoch({4, workers, false}, 0);
    });
    EXPECT_NE(line.find("set.csv:9: mask and picture differ in size"), std::string::npos) << line;
  }
  cv::imwrite((set_.path() / "mask_7.png").string(), cv::Mat(16, 32, CV_8UC1, cv::Scalar(1)));
  const std::string line = jcs::test::error_line<jcs::InputError>([&] {
    (void)epoch({4, 2, false}, 0);
  });
  EXPECT_NE(line.find("slices of one batch differ in size"), std::string::npos) << line;
}

}  // namespace
