#include "jcs/diagnosis/diagnose.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/simple_chest.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::diagnosis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A chest in which every slice is a little different.
imaging::CtVolume study(int slices) {
  imaging::CtVolume volume;
  volume.rows = 48;
  volume.columns = 64;
  volume.row_spacing_mm = 8.0;
  volume.column_spacing_mm = 6.0;
  volume.slice_spacing_mm = 2.0;
  for (int i = 0; i < slices; ++i) {
    imaging::SliceInfo& info = volume.slices.emplace_back();
    info.file = "/studies/p1/ct/" + std::to_string(i) + ".dcm";
    info.sop_instance_uid = "1.2." + std::to_string(i);
    info.location_mm = 2.0 * i;
    for (std::size_t pixel = 0; pixel < volume.pixels(); ++pixel) {
      const double y = (static_cast<double>(pixel / 64) + 0.5) / 48;
      const double x = (static_cast<double>(pixel % 64) + 0.5) / 64;
      const auto noise = static_cast<int>((pixel * 7 + static_cast<std::size_t>(i) * 131) % 50);
      volume.hu.push_back(static_cast<std::int16_t>(test::simple_chest(y, x) + noise));
    }
  }
  return volume;
}

class Diagnose : public testing::Test {
 protected:
  inference::ClassifierRunner classifier(models::Classifier network) {
    return inference::ClassifierRunner(test::save(dir_ / "cls.safetensors", std::move(network)),
                                       options_);
  }
  inference::SegmenterRunner segmenter(models::Segmenter network) {
    return inference::SegmenterRunner(test::save(dir_ / "seg.safetensors", std::move(network)),
                                      options_);
  }

  test::TempDir dir_;
  inference::RunnerOptions options_ = {.device = {Device::Kind::kCpu, 0},
                                       .threads = 1,
                                       .batch_size = 4,
                                       .precision = inference::Precision::kFp32};
};

TEST_F(Diagnose, PositivePatientsAreSegmentedAndMeasured) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  const imaging::CtVolume volume = study(9);
  const CaseResult result =
      diagnose(volume, cls, &seg, {.threshold = Threshold{3, std::nullopt}, .key_slices = 2});
  EXPECT_EQ(result.verdict, Verdict::kPositive);
  EXPECT_EQ(result.threshold, 3);
  EXPECT_EQ(result.positive_slices, 9);
  EXPECT_TRUE(result.segmented);
  EXPECT_THAT(result.opacity_mask, SizeIs(volume.hu.size()));
  EXPECT_EQ(result.slices[0].opacity_pixels, 48 * 64);
  EXPECT_NEAR(result.slices[8].opacity_area_mm2.value(), 48 * 64 * 48.0, 1e-6);
  EXPECT_NEAR(result.opacity_volume_ml.value(), 9 * 48 * 64 * 48.0 * 2.0 / 1000.0, 1e-6);
  EXPECT_NEAR(result.slices[4].probability, 0.95, 1e-5);
  EXPECT_TRUE(result.slices[4].positive);
}

TEST_F(Diagnose, NegativePatientsAreNotSegmented) {
  auto cls = classifier(test::constant_classifier(false));
  auto seg = segmenter(test::constant_segmenter(true));
  const CaseResult result =
      diagnose(study(9), cls, &seg, {.threshold = Threshold{3, std::nullopt}});
  EXPECT_EQ(result.verdict, Verdict::kNegative);
  EXPECT_EQ(result.positive_slices, 0);
  EXPECT_FALSE(result.segmented);
  EXPECT_THAT(result.opacity_mask, IsEmpty());
  EXPECT_FALSE(result.slices[0].opacity_pixels.has_value());
  EXPECT_FALSE(result.opacity_volume_ml.has_value());
  EXPECT_THAT(result.timing,
              ElementsAre(Field(&StageTime::stage, "classify"), Field(&StageTime::stage, "lungs"),
                          Field(&StageTime::stage, "findings"),
                          Field(&StageTime::stage, "activation maps")));
  EXPECT_TRUE(result.findings.lung_volume_ml);
  EXPECT_THAT(result.weights, ElementsAre(Field(&WeightsUsed::role, "classifier")));
}

TEST_F(Diagnose, TellsTheVerdictBeforeOpacitiesAreOutlined) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  int told = 0;
  DiagnosisOptions options = {.threshold = Threshold{3, std::nullopt}};
  options.on_verdict = [&](const CaseResult& so_far) {
    ++told;
    EXPECT_EQ(so_far.verdict, Verdict::kPositive);
    EXPECT_EQ(so_far.positive_slices, 9);
    EXPECT_FALSE(so_far.segmented);
    EXPECT_FALSE(so_far.lung_mask.empty());
  };
  EXPECT_TRUE(diagnose(study(9), cls, &seg, options).segmented);
  EXPECT_EQ(told, 1);
}

TEST_F(Diagnose, ASeriesThatIsNoChestHasNoVerdict) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  imaging::CtVolume volume = study(9);
  for (std::int16_t& hu : volume.hu) {
    if (hu > -900 && hu < -500) hu = 30;
  }
  const CaseResult result = diagnose(volume, cls, &seg, {.threshold = Threshold{3, std::nullopt}});
  EXPECT_EQ(result.verdict, Verdict::kUndetermined);
  EXPECT_EQ(result.positive_slices, 9) << "counted all the same";
  EXPECT_FALSE(result.segmented);
  ASSERT_FALSE(result.concerns.empty());
  EXPECT_TRUE(result.concerns[0].decisive);
  EXPECT_THAT(result.warnings, Contains(result.concerns[0].text));
}

TEST_F(Diagnose, OptionsOverruleTheGate) {
  auto seg = segmenter(test::constant_segmenter(false));
  {
    auto negative = classifier(test::constant_classifier(false));
    const CaseResult result =
        diagnose(study(9), negative, &seg,
                 {.threshold = Threshold{3, std::nullopt}, .segment = Segment::kAlways});
    EXPECT_EQ(result.verdict, Verdict::kNegative);
    EXPECT_TRUE(result.segmented);
    EXPECT_EQ(result.opacity_volume_ml, 0.0);
  }
  auto positive = classifier(test::constant_classifier(true));
  const DiagnosisOptions never = {.threshold = Threshold{3, std::nullopt},
                                  .segment = Segment::kNever};
  const CaseResult result = diagnose(study(9), positive, nullptr, never);
  EXPECT_EQ(result.verdict, Verdict::kPositive);
  EXPECT_FALSE(result.segmented);
}

TEST_F(Diagnose, SaysWhereItDidNotLookForOpacities) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  const auto warnings_of = [&](SegmentWhere where) {
    return diagnose(study(9), cls, &seg,
                    {.threshold = Threshold{3, std::nullopt}, .segment_where = where})
        .warnings;
  };
  EXPECT_THAT(warnings_of(SegmentWhere::kAll), Not(Contains(HasSubstr("were outlined in"))));
  EXPECT_THAT(warnings_of(SegmentWhere::kSuspicious),
              Contains(HasSubstr("in 9 of 9 slices: those called positive")));
  EXPECT_THAT(warnings_of(SegmentWhere::kLung), Contains(HasSubstr("slices: those with lung")));
}

TEST_F(Diagnose, AStudyNoLongerThanTheThresholdHasNoVerdict) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  const CaseResult result = diagnose(study(9), cls, &seg);
  EXPECT_EQ(result.verdict, Verdict::kUndetermined);
  EXPECT_EQ(result.threshold, 25);
  EXPECT_FALSE(result.segmented);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("threshold of 25")));
}

TEST_F(Diagnose, SharesOfTheStudyAreKept) {
  auto cls = classifier(test::constant_classifier(true));
  const CaseResult result = diagnose(
      study(9), cls, nullptr, {.threshold = parse_threshold("50%"), .segment = Segment::kNever});
  EXPECT_EQ(result.threshold, 4);
  EXPECT_EQ(result.threshold_fraction, 0.5);
}

TEST_F(Diagnose, TellsWhatItRestsOn) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::tiny_segmenter(1, true));
  const CaseResult result =
      diagnose(study(3), cls, &seg, {.segment = Segment::kAlways, .folder = "/studies/p1"});
  EXPECT_EQ(result.slices[2].file, "ct/2.dcm");
  EXPECT_EQ(result.slices[2].sop_instance_uid, "1.2.2");
  EXPECT_EQ(result.slices[2].location_mm, 4.0);
  EXPECT_EQ(result.device, "cpu");
  EXPECT_EQ(result.precision, "fp32");
  ASSERT_THAT(result.weights, SizeIs(2));
  EXPECT_EQ(result.weights[0].sha256, cls.sha256());
  EXPECT_EQ(result.weights[1].role, "joint");
  EXPECT_EQ(result.weights[1].sha256, seg.sha256());
  EXPECT_THAT(result.weights[1].architecture, HasSubstr("fused"));
}

TEST_F(Diagnose, KeepsTheProbabilitiesThatItComparedWith) {
  models::Classifier network = test::constant_classifier(true);  // 0.95
  weights::ModelCard card;
  card.task = weights::Task::kClassification;
  card.classifier = network->options();
  card.preprocessing.resize = card.preprocessing.crop = 32;
  card.thresholds.slice_probability = 0.97;
  weights::save_model(dir_ / "strict.safetensors", *network, card);
  inference::ClassifierRunner cls(dir_ / "strict.safetensors", options_);
  auto seg = segmenter(test::constant_segmenter(true));
  CaseResult result = diagnose(study(3), cls, &seg, {.segment = Segment::kAlways});
  EXPECT_EQ(result.slice_probability, 0.97);
  EXPECT_EQ(result.positive_slices, 0);
  EXPECT_EQ(result.pixel_probability, 0.5);
  result = diagnose(study(3), cls, nullptr, {.segment = Segment::kNever});
  EXPECT_FALSE(result.pixel_probability);
}

TEST_F(Diagnose, ActivationMapsLieOnTheirSlices) {
  auto cls = classifier(test::tiny_classifier());
  const imaging::CtVolume volume = study(8);
  for (const explain::Reading reading : {explain::Reading::kPaper, explain::Reading::kRelease}) {
    const CaseResult result =
        diagnose(volume, cls, nullptr,
                 {.segment = Segment::kNever, .key_slices = 3, .activation_map = reading});
    ASSERT_THAT(result.activation_maps, SizeIs(3));
    for (const ActivationMap& map : result.activation_maps) {
      EXPECT_LT(map.slice, 8U);
      ASSERT_THAT(map.values, SizeIs(volume.pixels()));
      EXPECT_THAT(map.values, testing::Each(testing::AllOf(testing::Ge(0.0F), testing::Le(1.0F))));
      // Of 48 x 64 pixels the network sees the middle 48 columns.
      EXPECT_EQ(map.values[24 * 64], 0.0F);
      EXPECT_EQ(map.values[24 * 64 + 63], 0.0F);
    }
    EXPECT_EQ(result.activation_reading, reading == explain::Reading::kPaper ? "paper" : "release");
  }
}

/// A slice as the networks see it when it is neither resized nor cropped, made independently.
torch::Tensor seen(const imaging::CtVolume& volume, std::size_t slice, const Preprocessing& p) {
  torch::Tensor hu = torch::empty({volume.rows, volume.columns});
  std::copy_n(volume.slice(slice).begin(), volume.pixels(), hu.mutable_data_ptr<float>());
  const double low = p.window_center - p.window_width / 2;
  const torch::Tensor grey = ((hu - low) / p.window_width * 255).clamp(0, 255).round() / 255;
  std::vector<torch::Tensor> channels;
  for (std::size_t i = 0; i < 3; ++i) {
    channels.push_back((grey - p.mean[i]) / p.std[i]);
  }
  return torch::stack(channels).unsqueeze(0);
}

TEST_F(Diagnose, ActivationMapsAreTheClassifiersAndNotTurned) {
  models::Classifier network = test::tiny_classifier();
  weights::ModelCard card;
  card.classifier = network->options();
  card.preprocessing.resize = card.preprocessing.crop = 0;
  weights::save_model(dir_ / "whole.safetensors", *network, card);
  inference::ClassifierRunner cls(dir_ / "whole.safetensors", options_);
  imaging::CtVolume volume = study(2);
  volume.rows = 96;  // maps of 3 x 5: neither square nor symmetric
  volume.columns = 160;
  volume.hu.resize(2 * volume.pixels());
  for (std::size_t voxel = 0; voxel < volume.hu.size(); ++voxel) {
    volume.hu[voxel] = static_cast<std::int16_t>(-1200 + static_cast<int>(voxel * voxel % 1297));
  }
  const CaseResult result = diagnose(volume, cls, nullptr, {.segment = Segment::kNever});
  ASSERT_THAT(result.activation_maps, SizeIs(2));
  for (const ActivationMap& map : result.activation_maps) {
    const torch::Tensor expected = torch::upsample_bilinear2d(
        explain::normalised(explain::activation_map(network,
                                                    seen(volume, map.slice, card.preprocessing),
                                                    explain::Reading::kRelease))
            .unsqueeze(1),
        {96, 160}, false);
    const torch::Tensor got = torch::tensor(map.values).view({1, 1, 96, 160});
    EXPECT_GT(expected.max().item<double>(), 0.5);
    EXPECT_LT((got - expected).abs().max().item<double>(), 1e-3);
  }
}

TEST_F(Diagnose, TheSameForEveryBatchSize) {
  const imaging::CtVolume volume = study(7);
  std::vector<CaseResult> results;
  for (const int batch_size : {1, 3, 50}) {
    options_.batch_size = batch_size;
    auto cls = classifier(test::tiny_classifier());
    auto seg = segmenter(test::tiny_segmenter());
    results.push_back(diagnose(volume, cls, &seg, {.segment = Segment::kAlways}));
  }
  for (const CaseResult& result : results) {
    std::size_t other = 0;
    for (std::size_t i = 0; i < result.opacity_mask.size(); ++i) {
      other += result.opacity_mask[i] != results[0].opacity_mask[i] ? 1 : 0;
    }
    EXPECT_LE(other, result.opacity_mask.size() / 1000);  // at most pixels on the edge of 1/2
    for (std::size_t i = 0; i < result.slices.size(); ++i) {
      EXPECT_NEAR(result.slices[i].probability, results[0].slices[i].probability, 1e-5);
    }
  }
}

TEST_F(Diagnose, WarnsOfWhatTheVolumeLacks) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  imaging::CtVolume volume = study(3);
  volume.warnings.emplace_back("Slices 1 and 2 are far apart.");
  volume.slice_spacing_mm = 0.0;
  const CaseResult result = diagnose(volume, cls, &seg, {.segment = Segment::kAlways});
  EXPECT_THAT(result.warnings, Contains("Slices 1 and 2 are far apart."));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("there is no volume")));
  EXPECT_TRUE(result.slices[0].opacity_area_mm2.has_value());
  EXPECT_FALSE(result.opacity_volume_ml.has_value());
}

TEST_F(Diagnose, WarnsThatVolumesAreUncertainWhereSlicesAreMissing) {
  auto cls = classifier(test::constant_classifier(true));
  imaging::CtVolume volume = study(6);
  volume.slices.back().location_mm += 10.0;
  const CaseResult result = diagnose(volume, cls, nullptr, {.segment = Segment::kNever});
  EXPECT_THAT(result.warnings, Contains(HasSubstr("Volumes are uncertain")));
}

TEST_F(Diagnose, PicturesOf8BitsWithoutSpacingAreMeasuredInPixels) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  imaging::CtVolume volume = study(3);
  volume.windowed = true;
  std::fill(volume.hu.begin(), volume.hu.end(), std::int16_t{100});
  volume.row_spacing_mm = volume.column_spacing_mm = 0.0;
  const CaseResult result = diagnose(volume, cls, &seg, {.segment = Segment::kAlways});
  EXPECT_EQ(result.slices[0].opacity_pixels, 48 * 64);
  EXPECT_FALSE(result.slices[0].opacity_area_mm2.has_value());
  EXPECT_FALSE(result.opacity_volume_ml.has_value());
}

TEST_F(Diagnose, PicturesOf8BitsWithSpacingHaveSizesButNoHounsfieldUnits) {
  auto cls = classifier(test::constant_classifier(true));
  auto seg = segmenter(test::constant_segmenter(true));
  imaging::CtVolume volume = study(3);
  volume.windowed = true;
  std::fill(volume.hu.begin(), volume.hu.end(), std::int16_t{120});
  const CaseResult result = diagnose(volume, cls, &seg, {.segment = Segment::kAlways});
  EXPECT_NEAR(result.slices[0].opacity_area_mm2.value(), 48 * 64 * 48.0, 1e-6);
  EXPECT_NEAR(result.opacity_volume_ml.value(), 3 * 48 * 64 * 48.0 * 2.0 / 1000.0, 1e-6);
  EXPECT_FALSE(result.findings.ground_glass_ml);
  EXPECT_FALSE(result.findings.consolidation_ml);
  ASSERT_THAT(result.findings.lesions, SizeIs(1));
  EXPECT_FALSE(result.findings.lesions[0].mean_hu);
  EXPECT_NEAR(result.findings.lesions[0].volume_ml, result.opacity_volume_ml.value(), 1e-6);
}

TEST_F(Diagnose, ABrokenClassifierGivesNoVerdict) {
  models::Classifier network = test::constant_classifier(true);
  {
    const torch::NoGradGuard no_grad;
    network->head_weight().fill_(3e38F);  // a number, and all sums of it are none
  }
  auto cls = classifier(network);
  EXPECT_THAT(test::error_line<WeightsError>(
                  [&] { diagnose(study(3), cls, nullptr, {.segment = Segment::kNever}); }),
              HasSubstr("cls.safetensors"));
}

TEST_F(Diagnose, SegmentingNeedsASegmenter) {
  auto cls = classifier(test::constant_classifier(true));
  test::error_line<UsageError>([&] { diagnose(study(3), cls, nullptr); });
}

}  // namespace
}  // namespace jcs::diagnosis
