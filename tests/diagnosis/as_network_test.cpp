#include "diagnosis/as_network.hpp"

#include <gtest/gtest.h>

#include "jcs/diagnosis/classify.hpp"
#include "jcs/diagnosis/segment.hpp"

#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::diagnosis {
namespace {

/// Slices of noise, larger than what the tiny networks see of them.
imaging::CtVolume noise(int slices) {
  imaging::CtVolume volume;
  volume.rows = 70;
  volume.columns = 64;
  volume.slices.resize(static_cast<std::size_t>(slices));
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < volume.slices.size() * volume.pixels(); ++i) {
    state = state * 1664525U + 1013904223U;
    volume.hu.push_back(static_cast<std::int16_t>(static_cast<int>(state >> 21U) - 1400));
  }
  return volume;
}

class AsNetwork : public testing::Test {
 protected:
  test::TempDir dir_;
  inference::RunnerOptions options_ = {.device = {Device::Kind::kCpu, 0},
                                       .threads = 1,
                                       .batch_size = 3,
                                       .precision = inference::Precision::kFp32};
  inference::ClassifierRunner classifier_{
      test::save(dir_ / "cls.safetensors", test::tiny_classifier()), options_};
  inference::SegmenterRunner segmenter_{
      test::save(dir_ / "seg.safetensors", test::tiny_segmenter()), options_};
};

/// The network as a GPU's is asked: ahead.
template <class Runner>
SliceNetwork asked(Runner& runner) {
  SliceNetwork network = as_network(runner);
  network.run = nullptr;
  network.answers_later = true;
  return network;
}

/// The network as one of floats is run.
template <class Runner>
SliceNetwork run(Runner& runner) {
  SliceNetwork network = as_network(runner);
  network.ask = nullptr;
  return network;
}

TEST_F(AsNetwork, ACpuIsNotAskedAhead) {
  EXPECT_FALSE(as_network(classifier_).answers_later);
  EXPECT_FALSE(as_network(segmenter_).answers_later);
  EXPECT_EQ(as_network(segmenter_).batch_size, 3);
  EXPECT_EQ(as_network(segmenter_).name, segmenter_.file());
}

// Grey values that are normalised where the network runs are those that imaging normalises, to the
// last bit: else these would differ.
TEST_F(AsNetwork, AskingAndAskingAheadFindTheSame) {
  const imaging::CtVolume volume = noise(8);
  const auto probabilities = classify_slices(volume, run(classifier_));
  EXPECT_EQ(classify_slices(volume, as_network(classifier_)), probabilities);
  EXPECT_EQ(classify_slices(volume, asked(classifier_)), probabilities);
  const SegmentRegion region = whole_region(volume);
  const auto mask = segment_slices(volume, run(segmenter_), 0.5, region);
  EXPECT_EQ(segment_slices(volume, as_network(segmenter_), 0.5, region), mask);
  EXPECT_EQ(segment_slices(volume, asked(segmenter_), 0.5, region), mask);
}

}  // namespace
}  // namespace jcs::diagnosis
