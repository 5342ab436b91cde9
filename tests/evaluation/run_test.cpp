// Trained networks over manifests.
#include <algorithm>
#include <cstddef>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <torch/torch.h>

#include "jcs/evaluation/run_classifier.hpp"
#include "jcs/evaluation/run_segmenter.hpp"
#include "jcs/evaluation/slice_predictions.hpp"
#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/picture.hpp"

#include "cli/small_study.hpp"
#include "data/picture_set.hpp"
#include "data/stage_one_files.hpp"
#include "support/error_line.hpp"
#include "support/tiny_models.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::PictureSet;
using testing::HasSubstr;

jcs::inference::RunnerOptions on_cpu(int batch_size = 3) {
  return {.device = {jcs::Device::Kind::kCpu, 0},
          .threads = 1,
          .batch_size = batch_size,
          .precision = jcs::inference::Precision::kFp32};
}

class EvaluationRun : public testing::Test {
 protected:
  std::vector<jcs::evaluation::PictureResult> segmented(
      const jcs::models::Segmenter& network, const std::filesystem::path& manifest,
      const jcs::evaluation::SegmenterRunOptions& options = {}, int batch_size = 3) {
    jcs::inference::SegmenterRunner runner(jcs::test::save(dir_ / "seg.safetensors", network),
                                           on_cpu(batch_size));
    return jcs::evaluation::run_segmenter(runner, jcs::data::read_manifest(manifest), options,
                                          jcs::no_progress(), {});
  }
  jcs::evaluation::ClassifierRun classified(
      const jcs::models::Classifier& network, const std::filesystem::path& manifest,
      const jcs::evaluation::ClassifierRunOptions& options = {}, int batch_size = 3) {
    jcs::inference::ClassifierRunner runner(jcs::test::save(dir_ / "cls.safetensors", network),
                                            on_cpu(batch_size));
    return jcs::evaluation::run_classifier(
        runner, jcs::data::read_manifest(manifest, jcs::data::Images::kFilesAndFolders), options,
        jcs::no_progress(), {});
  }
  jcs::test::TempDir dir_;
};

TEST_F(EvaluationRun, SegmentsEveryAnnotatedSliceAtItsOwnSize) {
  const PictureSet set(4, 40, 56);
  const auto all = segmented(jcs::test::constant_segmenter(true), set.manifest());
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[2].name, "2");
  EXPECT_EQ(all[2].patient, "p1");
  EXPECT_EQ(all[2].rows, 40);
  EXPECT_EQ(all[2].columns, 56);
  EXPECT_EQ(all[2].opacity_area, 48);
  EXPECT_EQ(all[2].scores.pixels, (jcs::metrics::Confusion{48, 40 * 56 - 48, 0, 0}));
  const auto none = segmented(jcs::test::constant_segmenter(false), set.manifest());
  EXPECT_EQ(none[0].scores.dice, 0.0);
}

TEST_F(EvaluationRun, NeitherBatchesNorSizesChangeAPicture) {
  const PictureSet small(3, 32, 40);
  const PictureSet large(3, 48, 32, "q");
  std::ofstream both(dir_ / "both.csv");
  both << "image,mask\n";
  for (int i = 0; i < 3; ++i) {
    for (const auto& set : {small.path(), large.path()}) {
      both << (set / (std::to_string(i) + ".png")).string() << ","
           << (set / ("mask_" + std::to_string(i) + ".png")).string() << "\n";
    }
  }
  both.close();
  const auto network = jcs::test::tiny_segmenter();
  const auto one = segmented(network, dir_ / "both.csv", {}, 1);
  const auto four = segmented(network, dir_ / "both.csv", {}, 4);
  ASSERT_EQ(one.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(one[i].name, four[i].name);
    EXPECT_EQ(one[i].rows, i % 2 == 0 ? 32 : 48);
    EXPECT_NEAR(one[i].scores.mae, four[i].scores.mae, 1e-5);
  }
}

TEST_F(EvaluationRun, DistancesAreInMillimetresWhereTheFileSaysThem) {
  jcs::imaging::write_ct_series(dir_ / "study", jcs::test::small_volume(1));
  const auto slice = *std::filesystem::directory_iterator(dir_ / "study");
  cv::imwrite((dir_ / "mask.png").string(), cv::Mat(cv::Mat::ones(48, 64, CV_8UC1) * 255));
  std::ofstream(dir_ / "dicom.csv") << "image,mask\n" << slice.path().string() << ",mask.png\n";
  const auto network = jcs::test::constant_segmenter(true);
  EXPECT_EQ(segmented(network, dir_ / "dicom.csv")[0].scores.hausdorff95_mm, 0.0);
  const PictureSet pictures(1);
  EXPECT_FALSE(segmented(network, pictures.manifest())[0].scores.hausdorff95_mm.has_value());
}

TEST_F(EvaluationRun, CleanSlicesCountWhereAsked) {
  const PictureSet set(2);
  std::ofstream(set.path() / "clean.csv")
      << "image,mask,label\n0.png,mask_0.png,1\n1.png,,0\n1.png,,1\n";
  EXPECT_EQ(segmented(jcs::test::constant_segmenter(true), set.path() / "clean.csv").size(), 1u);
  jcs::evaluation::SegmenterRunOptions options;
  options.clean_slices = true;
  const auto results =
      segmented(jcs::test::constant_segmenter(true), set.path() / "clean.csv", options);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[1].scores.annotation_is_empty);
}

TEST_F(EvaluationRun, TakesStageOneFeatures) {
  jcs::test::write_features(dir_ / "slice.mat", 32, 48, 1);
  cv::imwrite((dir_ / "mask.png").string(), cv::Mat(cv::Mat::ones(32, 48, CV_8UC1) * 255));
  std::ofstream(dir_ / "features.csv") << "image,mask\nslice.mat,mask.png\n";
  // The published features have the channels of networks of full width.
  torch::manual_seed(1);
  jcs::models::SegmenterOptions options = jcs::models::SegmenterOptions::joint_release();
  options.classifier.layers = {1, 1, 1, 1};
  jcs::models::Segmenter network(options);
  const auto results = segmented(network, dir_ / "features.csv");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].rows, 32);
  EXPECT_EQ(results[0].columns, 48);
  EXPECT_THAT(error_line<jcs::UsageError>(
                  [&] { segmented(jcs::test::tiny_segmenter(), dir_ / "features.csv"); }),
              HasSubstr("fused with a classifier"));
}

TEST_F(EvaluationRun, ClassifiesPicturesAndStudiesInOneManifest) {
  const PictureSet set(2);
  jcs::imaging::write_ct_series(set.path() / "study", jcs::test::small_volume(5));
  std::ofstream(set.path() / "both.csv") << "image,label,patient\n0.png,1,a\nstudy,0,\n1.png,,b\n";
  const auto run = classified(jcs::test::constant_classifier(true), set.path() / "both.csv", {}, 2);
  ASSERT_EQ(run.predictions.size(), 7u);
  EXPECT_EQ(run.predictions[0].patient, "a");
  EXPECT_EQ(run.predictions[0].label, true);
  EXPECT_FALSE(run.predictions[0].patient_label.has_value());
  EXPECT_EQ(run.predictions[1].patient, "study");
  EXPECT_EQ(run.predictions[1].slice, "0001");
  EXPECT_FALSE(run.predictions[1].label.has_value());
  EXPECT_EQ(run.predictions[5].patient_label, false);
  EXPECT_FALSE(run.predictions[6].label.has_value());
  for (const auto& slice : run.predictions) {
    EXPECT_NEAR(slice.probability, 0.95, 1e-4);
  }
}

TEST_F(EvaluationRun, StudiesAreShownUprightHoweverTheyAreStored) {
  jcs::imaging::CtVolume volume = jcs::test::small_volume(4);
  jcs::imaging::write_ct_series(dir_ / "upright", volume);
  // Each slice by half a turn, and where it lies said accordingly.
  volume.row_direction = {-1, 0, 0};
  volume.column_direction = {0, -1, 0};
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    volume.slices[k].position[0] += (volume.columns - 1) * volume.column_spacing_mm;
    volume.slices[k].position[1] += (volume.rows - 1) * volume.row_spacing_mm;
    const auto first = volume.hu.begin() + static_cast<std::ptrdiff_t>(k * volume.pixels());
    std::reverse(first, first + static_cast<std::ptrdiff_t>(volume.pixels()));
  }
  jcs::imaging::write_ct_series(dir_ / "turned", volume);
  std::ofstream(dir_ / "both.csv") << "image,label\nupright,0\nturned,0\n";
  const auto network = jcs::test::tiny_classifier();
  const auto run = classified(network, dir_ / "both.csv");
  ASSERT_EQ(run.predictions.size(), 8U);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(run.predictions[k].probability, run.predictions[k + 4].probability) << k;
  }
}

TEST_F(EvaluationRun, SlicesOfAPatientsTwoStudiesAreToldApart) {
  for (const char* study : {"first", "second", "other", "whole"}) {
    jcs::imaging::write_ct_series(dir_ / study, jcs::test::small_volume(5));
  }
  // A folder without a patient stands for one of its own name.
  std::ofstream(dir_ / "studies.csv")
      << "image,label,patient\nfirst,1,a\nother,0,b\nsecond,1,a\nwhole,0,\n";
  const auto run = classified(jcs::test::constant_classifier(true), dir_ / "studies.csv");
  ASSERT_EQ(run.predictions.size(), 20u);
  EXPECT_EQ(run.predictions[0].slice, "first_0001");
  EXPECT_EQ(run.predictions[5].slice, "0001");
  EXPECT_EQ(run.predictions[14].slice, "second_0005");
  EXPECT_EQ(run.predictions[15].slice, "0001");
  std::ofstream(dir_ / "predictions.csv") << jcs::evaluation::to_csv(run.predictions);
  const auto read = jcs::evaluation::read_predictions(dir_ / "predictions.csv");
  ASSERT_EQ(read.size(), run.predictions.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].patient, run.predictions[i].patient);
    EXPECT_EQ(read[i].slice, run.predictions[i].slice);
  }
}

TEST_F(EvaluationRun, MeasuresTheMapsOfAnnotatedPositiveSlices) {
  const PictureSet set(4);
  jcs::evaluation::ClassifierRunOptions options;
  int seen = 0;
  options.on_map = [&](const std::string&, const cv::Mat& grey, const cv::Mat& map,
                       const cv::Mat& annotation) {
    ++seen;
    EXPECT_EQ(map.size(), grey.size());
    EXPECT_EQ(annotation.size(), grey.size());
  };
  const auto run = classified(jcs::test::tiny_classifier(), set.manifest(), options);
  ASSERT_EQ(run.maps.size(), 2u);  // labels are 0, 1, 0, 1
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(run.maps[0].name, "1");
  EXPECT_NEAR(run.maps[0].opacity_share, 48.0 / (32 * 32), 1e-6);
  if (run.maps[0].inside) {
    // A map of one coarse pixel is flat: as much of it is inside as the opacity is large.
    EXPECT_NEAR(*run.maps[0].inside, run.maps[0].opacity_share, 1e-5);
  }
}

TEST_F(EvaluationRun, RefusesInOneLine) {
  const PictureSet set(2);
  const auto refusal = [&](const std::string& text) {
    std::ofstream(set.path() / "bad.csv") << text;
    return error_line<jcs::InputError>(
        [&] { segmented(jcs::test::tiny_segmenter(), set.path() / "bad.csv"); });
  };
  EXPECT_THAT(refusal("image,label\n0.png,1\n"), HasSubstr("no annotated slice"));
  cv::imwrite((set.path() / "wide.png").string(), cv::Mat(cv::Mat::zeros(32, 40, CV_8UC1)));
  EXPECT_THAT(refusal("image,mask\n0.png,mask_0.png\n1.png,wide.png\n"),
              testing::AllOf(HasSubstr("bad.csv:3"), HasSubstr("differ in size")));
  std::ofstream(set.path() / "text.png") << "no picture";
  EXPECT_THAT(refusal("image,mask\ntext.png,mask_0.png\n"), HasSubstr("bad.csv:2"));
  std::filesystem::create_directories(set.path() / "empty");
  std::filesystem::create_directories(set.path() / "other");
  const auto contradiction = [&](const char* rows) {
    std::ofstream(set.path() / "labels.csv") << "image,label,patient\n" << rows;
    return error_line<jcs::InputError>(
        [&] { classified(jcs::test::tiny_classifier(), set.path() / "labels.csv"); });
  };
  // Before the first study is read.
  EXPECT_THAT(contradiction("empty,1,a\nother,0,a\n"),
              testing::AllOf(HasSubstr("labels.csv:3"), HasSubstr("both positive and negative")));
  EXPECT_THAT(contradiction("empty,0,a\n1.png,1,a\n"), HasSubstr("labels.csv:3"));
  std::ofstream(set.path() / "study.csv") << "image,label\nempty,1\n";
  EXPECT_THAT(error_line<jcs::InputError>(
                  [&] { classified(jcs::test::tiny_classifier(), set.path() / "study.csv"); }),
              HasSubstr("study.csv:2"));
}

}  // namespace
