// The release's segmenter learns as the published one: twelve steps through the trainer.
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "jcs/imaging/picture.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/training/segmenter_trainer.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/safetensors.hpp"

#include "support/reference_input.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using namespace jcs::training;
using jcs::test::data_dir;
using jcs::test::reference_dir;

TEST(ReferenceSteps, LossesOfTwelveStepsAreThePublishedOnes) {
  JCS_NEEDS(reference_dir() / "single_train.json");
  JCS_NEEDS(data_dir() / "COVID-19-CT100");
  std::ifstream in(reference_dir() / "single_train.json");
  const nlohmann::json reference = nlohmann::json::parse(in);
  const jcs::test::TempDir dir;

  // The crops as a data set of their own.
  const auto& c = reference.at("crop");
  const cv::Rect box(c[1], c[0], c[3], c[2]);
  std::ofstream train(dir / "train.csv");
  train << "image,mask\n";
  std::string first;
  int index = 0;
  for (const std::string name : reference.at("images")) {
    const std::string row = std::to_string(index) + ".png,mask" + std::to_string(index) + ".png\n";
    const cv::Mat grey =
        cv::imread((data_dir() / "COVID-19-CT100/tr_im" / name).string(), cv::IMREAD_GRAYSCALE);
    std::string mask_name = name;
    mask_name.replace(0, 5, "tr_mask");
    fs::path mask_file;
    for (const auto& candidate : {name, mask_name}) {
      if (fs::exists(data_dir() / "COVID-19-CT100/tr_mask_new" / candidate)) {
        mask_file = data_dir() / "COVID-19-CT100/tr_mask_new" / candidate;
      }
    }
    ASSERT_FALSE(mask_file.empty()) << name;
    cv::imwrite((dir / (std::to_string(index) + ".png")).string(), grey(box));
    cv::imwrite((dir / ("mask" + std::to_string(index) + ".png")).string(),
                jcs::imaging::read_mask(mask_file)(box));
    train << row;
    first = first.empty() ? row : first;
    ++index;
  }
  train.close();
  std::ofstream(dir / "val.csv") << "image,mask\n" << first;

  SegmenterTrainingOptions options;
  options.network = jcs::models::SegmenterOptions::release();
  jcs::models::Segmenter start(options.network);
  jcs::test::fill_by_rule(*start);
  jcs::weights::write_safetensors(dir / "start.safetensors", jcs::weights::state_of(*start));
  options.initial.weights = dir / "start.safetensors";
  options.run.folder = dir / "run";
  options.run.device = "cpu";
  options.run.epochs = 1;
  options.run.batch_size = 1;
  options.data.train = dir / "train.csv";
  options.data.validation = dir / "val.csv";
  options.data.workers = 1;
  options.data.shuffle = false;
  options.data.allow_overlap = true;
  options.preprocessing.resize = 0;
  options.optimizer.learning_rate = reference.at("base_lr");
  options.optimizer.weight_decay = 1e-4;
  options.schedule.total_iterations = 21000;

  std::vector<StepRecord> steps;
  Observers observers;
  observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  train_segmenter(options, {}, observers, jcs::no_progress(), {});

  ASSERT_EQ(steps.size(), 12u);
  double worst_first = 0, worst = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_NEAR(steps[i].learning_rate, reference.at("lr")[i].get<double>(), 1e-12);
    for (std::size_t side = 0; side < 5; ++side) {
      const double expected = reference.at("per_output_loss")[i][side];
      const double difference = std::abs(steps[i].losses.at(side) - expected) / expected;
      (i == 0 ? worst_first : worst) = std::max(i == 0 ? worst_first : worst, difference);
    }
  }
  std::printf("single_train: largest relative difference %.2g in step 1, %.2g in steps 2 to 12\n",
              worst_first, worst);
  EXPECT_LT(worst_first, 1e-4);
  // Rounding grows with every step, as Adam's first steps divide gradients by their own size: to
  // 0.016 or 0.024 with one instruction set or another.
  EXPECT_LT(worst, 4e-2);
}

}  // namespace
