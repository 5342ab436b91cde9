#include "jcs/data/slice_dataset.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "data/picture_set.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::data::Purpose;
using jcs::data::SliceDataset;
using jcs::test::error_line;
using jcs::test::PictureSet;
using jcs::test::plain_preprocessing;

SliceDataset dataset(const PictureSet& set, Purpose purpose,
                     jcs::data::AugmentationOptions augmentation = {}) {
  return {jcs::data::read_manifest(set.manifest()),
          {purpose, plain_preprocessing(), augmentation, 1}};
}

TEST(SliceDataset, GivesNormalisedPicturesMasksAndLabels) {
  const PictureSet set(4);
  const auto sample = dataset(set, Purpose::kSegmentation).get(3, 0);
  EXPECT_EQ(sample.image.sizes(), (std::vector<std::int64_t>{3, 32, 32}));
  EXPECT_EQ(sample.mask.sizes(), (std::vector<std::int64_t>{1, 32, 32}));
  EXPECT_EQ(sample.label, 1);
  EXPECT_NEAR(sample.image[0][0][0].item<float>(), 13.0 / 255, 1e-6);
  EXPECT_TRUE(torch::equal(sample.image[0], sample.image[2]));
  // The square of picture 3 stands at column 5, row 6 and is 8 wide, 6 high.
  EXPECT_EQ(sample.mask.sum().item<float>(), 48.0F);
  EXPECT_EQ(sample.mask[0][6][5].item<float>(), 1.0F);
  EXPECT_EQ(sample.mask[0][5][6].item<float>(), 0.0F);
}

TEST(SliceDataset, AppliesMeanAndStandardDeviation) {
  const PictureSet set(1);
  auto preprocessing = plain_preprocessing();
  preprocessing.mean = {0.5, 0.25, 0.0};
  preprocessing.std = {0.5, 2.0, 1.0};
  const SliceDataset slices(jcs::data::read_manifest(set.manifest()),
                            {Purpose::kSegmentation, preprocessing, {}, 1});
  const auto image = slices.get(0, 0).image;
  EXPECT_NEAR(image[0][0][0].item<float>(), (10.0 / 255 - 0.5) / 0.5, 1e-6);
  EXPECT_NEAR(image[1][0][0].item<float>(), (10.0 / 255 - 0.25) / 2.0, 1e-6);
}

TEST(SliceDataset, ChangesWithTheEpochButNotWithTheAsker) {
  const PictureSet set(2);
  jcs::data::AugmentationOptions augmentation;
  augmentation.contrast = 0.5;
  const auto slices = dataset(set, Purpose::kClassification, augmentation);
  EXPECT_TRUE(torch::equal(slices.get(1, 3).image, slices.get(1, 3).image));
  EXPECT_FALSE(torch::equal(slices.get(1, 3).image, slices.get(1, 4).image));
}

TEST(SliceDataset, KeepsOnlyWhatServesThePurpose) {
  const PictureSet set(2);
  std::ofstream csv(set.path() / "some.csv");
  csv << "image,mask,label\n0.png,mask_0.png,\n1.png,,0\n0.png,,1\n";
  csv.close();
  const auto manifest = jcs::data::read_manifest(set.path() / "some.csv");
  const auto make = [&](Purpose purpose, bool clean) {
    return SliceDataset(manifest, {purpose, plain_preprocessing(), {}, 1, clean});
  };
  EXPECT_EQ(make(Purpose::kClassification, false).size(), 2u);
  EXPECT_EQ(make(Purpose::kSegmentation, false).size(), 1u);
  const auto with_clean = make(Purpose::kSegmentation, true);
  ASSERT_EQ(with_clean.size(), 2u);
  EXPECT_EQ(with_clean.get(1, 0).mask.sum().item<float>(), 0.0F);
}

TEST(SliceDataset, NamesTheLineOfABadSlice) {
  const PictureSet set(1);
  cv::imwrite((set.path() / "small.png").string(), cv::Mat(8, 8, CV_8UC1, cv::Scalar(1)));
  std::ofstream(set.path() / "broken.png") << "no picture";
  std::ofstream(set.path() / "bad.csv")
      << "image,mask,label\n0.png,small.png,1\nbroken.png,mask_0.png,1\n";
  const SliceDataset slices(jcs::data::read_manifest(set.path() / "bad.csv"),
                            {Purpose::kSegmentation, plain_preprocessing(), {}, 1});
  const std::string size = error_line<jcs::InputError>([&] { (void)slices.get(0, 0); });
  EXPECT_NE(size.find("bad.csv:2: mask and picture differ in size (expected 32x32, got 8x8)"),
            std::string::npos)
      << size;
  const std::string broken = error_line<jcs::InputError>([&] { (void)slices.get(1, 0); });
  EXPECT_NE(broken.find("bad.csv:3"), std::string::npos) << broken;
  EXPECT_NE(broken.find("broken.png"), std::string::npos) << broken;
}

TEST(SliceDataset, ASliceThatIsShownAgainIsChangedInAnotherWay) {
  const PictureSet set(3);
  jcs::data::AugmentationOptions augmentation;
  augmentation.contrast = 0.5;
  const SliceDataset slices(jcs::data::read_manifest(set.manifest()),
                            {Purpose::kSegmentation, plain_preprocessing(), augmentation, 1});
  const auto first = slices.get(1, 2);
  EXPECT_TRUE(torch::equal(first.image, slices.get(1, 2, 0).image));
  EXPECT_FALSE(torch::equal(first.image, slices.get(1, 2, 1).image));
  EXPECT_FALSE(torch::equal(slices.get(1, 2, 1).image, slices.get(1, 2, 2).image));
  EXPECT_TRUE(torch::equal(slices.get(1, 2, 1).image, slices.get(1, 2, 1).image));
}

TEST(SliceDataset, NamesTheLineOfASliceThatIsTooSmallForTheCrop) {
  const PictureSet set(3);
  jcs::Preprocessing preprocessing = plain_preprocessing();
  preprocessing.crop = 1000;
  const SliceDataset slices(jcs::data::read_manifest(set.manifest()),
                            {Purpose::kSegmentation, preprocessing, {}, 1});
  EXPECT_NE(
      error_line<jcs::InputError>([&] { static_cast<void>(slices.get(1, 0)); }).find(".csv:3"),
      std::string::npos);
}

TEST(SliceDataset, RefusesAManifestThatServesNothing) {
  const PictureSet set(1);
  std::ofstream(set.path() / "bare.csv") << "image\n0.png\n";
  const auto manifest = jcs::data::read_manifest(set.path() / "bare.csv");
  EXPECT_NE(error_line<jcs::InputError>([&] {
              SliceDataset(manifest, {Purpose::kClassification, plain_preprocessing(), {}, 1});
            }).find("no slice has a label"),
            std::string::npos);
  EXPECT_NE(error_line<jcs::InputError>([&] {
              SliceDataset(manifest, {Purpose::kSegmentation, plain_preprocessing(), {}, 1});
            }).find("no slice has a mask"),
            std::string::npos);
}

class MixedDataset : public testing::Test {
 protected:
  MixedDataset() : set_(6) {
    // Pictures 0 to 3 of one source, 4 and 5 of another; odd ones are positive.
    std::ofstream csv(set_.path() / "mix.csv");
    csv << "image,mask,label,source\n";
    for (int i = 0; i < 6; ++i) {
      csv << i << ".png," << (i % 2 == 1 ? "mask_" + std::to_string(i) + ".png" : "") << ","
          << i % 2 << "," << (i < 4 ? "a" : "b") << "\n";
    }
  }
  [[nodiscard]] SliceDataset slices(double alpha) const {
    jcs::data::SliceDatasetOptions options{Purpose::kClassification, plain_preprocessing(), {}, 1};
    options.annotations = true;
    options.mixup_alpha = alpha;
    return {jcs::data::read_manifest(set_.path() / "mix.csv"), options};
  }
  PictureSet set_;
};

TEST_F(MixedDataset, MixesPictureAndTargetWithOneOfAnotherSource) {
  const auto plain = slices(0);
  const auto mixed = slices(0.5);
  bool saw_soft = false;
  for (std::size_t i = 0; i < 6; ++i) {
    for (int epoch = 0; epoch < 8; ++epoch) {
      const auto sample = mixed.get(i, epoch);
      // The background tells the share and the partner: grey i + 10 of 255 everywhere outside the
      // squares.
      const double background = sample.image[0][31][31].item<float>() * 255.0 - 10.0;
      bool explained = false;
      for (std::size_t j = 0; j < 6; ++j) {
        if ((i < 4) == (j < 4)) {
          continue;
        }
        const double lambda = (background - static_cast<double>(j)) /
                              (static_cast<double>(i) - static_cast<double>(j));
        if (lambda < -1e-3 || lambda > 1 + 1e-3) {
          continue;
        }
        const double target =
            lambda * static_cast<double>(i % 2) + (1 - lambda) * static_cast<double>(j % 2);
        const auto image =
            lambda * plain.get(i, epoch).image + (1 - lambda) * plain.get(j, epoch).image;
        explained = explained || (std::abs(sample.target - target) < 1e-3 &&
                                  torch::allclose(image, sample.image, 1e-3, 1e-3));
      }
      EXPECT_TRUE(explained) << "slice " << i << " in epoch " << epoch;
      saw_soft = saw_soft || (sample.target > 0.05 && sample.target < 0.95);
    }
  }
  EXPECT_TRUE(saw_soft);
}

TEST_F(MixedDataset, TheLargerShareGivesAnnotationAndLabel) {
  const auto mixed = slices(0.5);
  for (std::size_t i = 0; i < 6; ++i) {
    for (int epoch = 0; epoch < 8; ++epoch) {
      const auto sample = mixed.get(i, epoch);
      EXPECT_EQ(sample.annotated, sample.label == 1);
      EXPECT_EQ(sample.mask.sum().item<float>() > 0, sample.annotated);
    }
  }
}

TEST(MixupPairs, PartnersOfABalancedEpochAreBalancedToo) {
  // One positive slice in ten.
  std::vector<jcs::data::ManifestEntry> entries(20);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].label = i % 10 == 3 ? 1 : 0;
  const auto positive_share = [&](jcs::data::Balance balance) {
    const jcs::data::MixupPairs pairs(entries, 0.5, jcs::data::groups_of(entries, balance));
    jcs::Random random(1);
    int positive = 0;
    constexpr int kDraws = 4000;
    for (int i = 0; i < kDraws; ++i) {
      const std::size_t index = static_cast<std::size_t>(i) % entries.size();
      const std::size_t partner = pairs.draw(index, random).partner;
      EXPECT_NE(partner, index);
      positive += entries[partner].label == 1 ? 1 : 0;
    }
    return static_cast<double>(positive) / kDraws;
  };
  EXPECT_NEAR(positive_share(jcs::data::Balance::kNone), 0.1, 0.02);
  EXPECT_NEAR(positive_share(jcs::data::Balance::kLabel), 0.5, 0.03);
}

TEST_F(MixedDataset, DependsOnSeedEpochAndIndexAlone) {
  const auto mixed = slices(0.5);
  const auto again = slices(0.5);
  EXPECT_TRUE(torch::equal(mixed.get(2, 3).image, again.get(2, 3).image));
  EXPECT_FALSE(torch::equal(mixed.get(2, 3).image, mixed.get(2, 4).image));
}

}  // namespace
