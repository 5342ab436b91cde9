#include "jcs/diagnosis/segment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/turn.hpp"

#include "support/error_line.hpp"

namespace jcs::diagnosis {
namespace {

struct Box {
  int top, left, bottom, right;  // the last two excluded
  [[nodiscard]] bool holds(int row, int column) const {
    return row >= top && row < bottom && column >= left && column < right;
  }
};

/// Slices of air with one box of tissue each: other sides and other places in each slice, so that
/// any flip, turn or exchange of slices moves some of them.
imaging::CtVolume boxes_in_air(int rows, int columns, const std::vector<Box>& boxes) {
  imaging::CtVolume volume;
  volume.rows = rows;
  volume.columns = columns;
  volume.slices.resize(boxes.size());
  for (const Box& box : boxes) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        volume.hu.push_back(box.holds(row, column) ? 100 : -1000);
      }
    }
  }
  return volume;
}

/// A network that calls everything brighter than lung opaque.
SliceNetwork bright_is_opaque(int resize, int crop, int batch_size) {
  SliceNetwork network;
  network.preprocessing.resize = resize;
  network.preprocessing.crop = crop;
  network.preprocessing.mean = {0, 0, 0};
  network.preprocessing.std = {1, 1, 1};
  network.batch_size = batch_size;
  network.name = "bright.safetensors";
  network.run = [](const at::Tensor& x) { return x.narrow(1, 0, 1).gt(0.5).to(torch::kFloat32); };
  return network;
}

const std::vector<Box> kBoxes = {
    {2, 3, 9, 7}, {20, 30, 29, 47}, {1, 40, 5, 48}, {0, 0, 1, 1}, {31, 2, 32, 9}};

TEST(Segment, EveryOpacityLiesWhereItsSliceHasIt) {
  const imaging::CtVolume volume = boxes_in_air(32, 48, kBoxes);
  const std::vector<std::uint8_t> mask =
      segment_slices(volume, bright_is_opaque(0, 0, 2), 0.5, whole_region(volume));
  ASSERT_EQ(mask.size(), volume.hu.size());
  for (std::size_t i = 0; i < mask.size(); ++i) {
    ASSERT_EQ(mask[i], volume.hu[i] > 0 ? 1 : 0) << "voxel " << i;
  }
}

TEST(Segment, TheBatchSizeChangesNothing) {
  const imaging::CtVolume volume = boxes_in_air(32, 48, kBoxes);
  const auto one = segment_slices(volume, bright_is_opaque(24, 24, 1), 0.5, whole_region(volume));
  EXPECT_EQ(segment_slices(volume, bright_is_opaque(24, 24, 3), 0.5, whole_region(volume)), one);
  EXPECT_EQ(segment_slices(volume, bright_is_opaque(24, 24, 99), 0.5, whole_region(volume)), one);
}

TEST(Segment, MapsOfAnotherSizeComeBackToTheSlice) {
  // Doubled, then the middle cut out: 40 rows are 80, of 60 columns 120 only the middle 80 stay.
  const Box box{6, 22, 18, 34};
  const imaging::CtVolume volume = boxes_in_air(40, 60, {box});
  const auto mask = segment_slices(volume, bright_is_opaque(80, 80, 1), 0.5, whole_region(volume));
  for (int row = 0; row < 40; ++row) {
    for (int column = 0; column < 60; ++column) {
      const Box inner{box.top + 1, box.left + 1, box.bottom - 1, box.right - 1};
      const Box outer{box.top - 1, box.left - 1, box.bottom + 1, box.right + 1};
      const int value = mask[static_cast<std::size_t>(row * 60 + column)];
      if (inner.holds(row, column)) {
        ASSERT_EQ(value, 1) << row << ", " << column;
      } else if (!outer.holds(row, column)) {
        ASSERT_EQ(value, 0) << row << ", " << column;
      }
    }
  }
}

TEST(Segment, WhatTheCropLeavesOutIsNoOpacity) {
  const imaging::CtVolume volume = boxes_in_air(40, 60, {{0, 0, 40, 60}});
  const auto mask = segment_slices(volume, bright_is_opaque(0, 40, 1), 0.5, whole_region(volume));
  EXPECT_EQ(mask[20 * 60 + 9], 0);
  EXPECT_EQ(mask[20 * 60 + 10], 1);
  EXPECT_EQ(mask[20 * 60 + 49], 1);
  EXPECT_EQ(mask[20 * 60 + 50], 0);
}

TEST(Segment, OpacityIsWhatLiesAboveTheThreshold) {
  const imaging::CtVolume volume = boxes_in_air(8, 8, {{0, 0, 4, 8}});
  SliceNetwork half = bright_is_opaque(0, 0, 1);
  half.run = [](const at::Tensor& x) {
    return x.narrow(1, 0, 1).gt(0.5).to(torch::kFloat32) * 0.5;
  };
  EXPECT_THAT(segment_slices(volume, half, 0.5, whole_region(volume)), testing::Each(0));
  const auto mask = segment_slices(volume, half, 0.49, whole_region(volume));
  EXPECT_EQ(std::count(mask.begin(), mask.end(), 1), 32);
}

TEST(Segment, AnAnswerThatIsNoNumberIsTheWeightsFault) {
  const imaging::CtVolume volume = boxes_in_air(8, 8, {{0, 0, 4, 8}});
  SliceNetwork broken = bright_is_opaque(0, 0, 1);
  broken.run = [](const at::Tensor& x) { return x.narrow(1, 0, 1) * std::nan(""); };
  EXPECT_THAT(test::error_line<WeightsError>(
                  [&] { segment_slices(volume, broken, 0.5, whole_region(volume)); }),
              testing::HasSubstr("bright.safetensors"));
}

/// What `upright` looks like when it is stored in another way.
imaging::CtVolume stored(const imaging::CtVolume& upright, const imaging::Turn& turn,
                         const imaging::Vec3& row, const imaging::Vec3& column) {
  imaging::CtVolume volume = upright;
  volume.row_direction = row;
  volume.column_direction = column;
  volume.hu.clear();
  for (std::size_t i = 0; i < upright.slice_count(); ++i) {
    cv::Mat slice(upright.rows, upright.columns, CV_16SC1,
                  const_cast<std::int16_t*>(upright.slice(i).data()));
    const cv::Mat laid = imaging::turned_back(slice, turn);
    volume.rows = laid.rows;
    volume.columns = laid.cols;
    volume.hu.insert(volume.hu.end(), laid.begin<std::int16_t>(), laid.end<std::int16_t>());
  }
  return volume;
}

TEST(Segment, TheNetworkSeesSlicesUprightHoweverTheyAreStored) {
  const imaging::CtVolume upright = boxes_in_air(96, 160, {{20, 10, 40, 70}, {30, 64, 50, 120}});
  const cv::Rect box(10, 20, 110, 30);
  struct Way {
    imaging::Vec3 row, column;
  };
  for (const Way& way :
       {Way{{1, 0, 0}, {0, -1, 0}}, Way{{-1, 0, 0}, {0, 1, 0}}, Way{{-1, 0, 0}, {0, -1, 0}},
        Way{{0, 1, 0}, {1, 0, 0}}, Way{{0, 1, 0}, {-1, 0, 0}}, Way{{0, -1, 0}, {1, 0, 0}},
        Way{{0, -1, 0}, {-1, 0, 0}}}) {
    imaging::CtVolume lying;
    lying.row_direction = way.row;
    lying.column_direction = way.column;
    lying.slices.resize(1);
    const imaging::Turn turn = imaging::turn_to_upright(lying);
    const imaging::CtVolume volume = stored(upright, turn, way.row, way.column);
    SliceNetwork network = bright_is_opaque(80, 64, 2);
    std::vector<at::Tensor> seen;
    network.run = [&seen, run = network.run](const at::Tensor& x) {
      seen.push_back(x.clone());
      return run(x);
    };
    // A part alone, as beside a box around the lungs.
    imaging::Turn back = turn;
    if (turn.transposed) std::swap(back.columns_reversed, back.rows_reversed);
    const SegmentRegion region{{0, 1}, imaging::turned(box, {160, 96}, back)};
    const auto mask = segment_slices(volume, network, 0.5, region);
    const auto expected = segment_slices(upright, network, 0.5, {{0, 1}, box});
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_TRUE(torch::equal(seen[0], seen[1]));
    EXPECT_LT(seen[0].size(3), 80);
    imaging::CtVolume outlined = upright;
    outlined.hu.assign(expected.begin(), expected.end());
    const imaging::CtVolume same = stored(outlined, turn, way.row, way.column);
    EXPECT_EQ(std::vector<std::int16_t>(mask.begin(), mask.end()), same.hu);
    EXPECT_GT(std::count(mask.begin(), mask.end(), 1), 100);
  }
}

TEST(Segment, StopsWhenAsked) {
  const imaging::CtVolume volume = boxes_in_air(8, 8, {{0, 0, 4, 8}});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(segment_slices(volume, bright_is_opaque(0, 0, 1), 0.5, whole_region(volume),
                              no_progress(), stop.get_token()),
               Interrupted);
}

TEST(Segment, LooksOnlyWhereItIsTold) {
  const std::vector<Box> boxes(3, {100, 150, 110, 160});
  const imaging::CtVolume volume = boxes_in_air(320, 320, boxes);
  std::vector<std::vector<std::int64_t>> seen;
  SliceNetwork network = bright_is_opaque(0, 0, 1);
  network.run = [&, run = network.run](const at::Tensor& x) {
    seen.push_back(x.sizes().vec());
    return run(x);
  };
  const SegmentRegion region = {{0, 2}, {148, 98, 14, 14}};
  const auto mask = segment_slices(volume, network, 0.5, region);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const bool looked_at = i / volume.pixels() != 1;
    ASSERT_EQ(mask[i], looked_at && volume.hu[i] > 0 ? 1 : 0) << "voxel " << i;
  }
  // Columns 148 to 162 with 16 pixels on each side are 132 to 178: on the grid, 128 to 192; rows 98
  // to 112 are 82 to 128, on the grid 64 to 128.
  const std::vector<std::int64_t> part = {1, 3, 64, 64};
  EXPECT_THAT(seen, testing::ElementsAre(part, part));
}

TEST(Segment, RegionsAreCutFromResizedAndCroppedSlicesToo) {
  const std::vector<Box> boxes(1, {150, 220, 170, 250});
  const imaging::CtVolume volume = boxes_in_air(300, 400, boxes);
  for (const auto& [resize, crop] : {std::pair{150, 0}, {300, 260}, {600, 0}}) {
    SCOPED_TRACE(std::to_string(resize) + ", " + std::to_string(crop));
    const SliceNetwork network = bright_is_opaque(resize, crop, 1);
    EXPECT_EQ(segment_slices(volume, network, 0.5, {{0}, {215, 145, 40, 30}}),
              segment_slices(volume, network, 0.5, whole_region(volume)));
  }
}

/// The same network, asked for answers that it gives later; counts how many it owes.
SliceNetwork asked(const SliceNetwork& network, std::size_t& owed, std::size_t& most) {
  SliceNetwork later = network;
  later.run = nullptr;
  later.grey_slices = [](at::IntArrayRef size) { return torch::empty(size, torch::kByte); };
  later.answers_later = true;
  later.ask = [&, run = network.run](const at::Tensor& grey) -> inference::PendingAnswer {
    most = std::max(most, ++owed);
    return [&owed, run, grey] {
      --owed;
      return run((grey.to(torch::kFloat32) / 255).unsqueeze(1).expand({-1, 3, -1, -1}));
    };
  };
  return later;
}

TEST(Segment, AnswersThatComeLaterChangeNothing) {
  const imaging::CtVolume volume = boxes_in_air(32, 48, kBoxes);
  for (const auto& [resize, crop] : {std::pair{0, 0}, {24, 24}, {64, 40}}) {
    const auto expected =
        segment_slices(volume, bright_is_opaque(resize, crop, 1), 0.5, whole_region(volume));
    for (const int batch_size : {1, 2, 99}) {
      std::size_t owed = 0, most = 0;
      const SliceNetwork network = asked(bright_is_opaque(resize, crop, batch_size), owed, most);
      EXPECT_EQ(segment_slices(volume, network, 0.5, whole_region(volume)), expected);
      EXPECT_EQ(owed, 0U);
      EXPECT_EQ(most, batch_size == 1 ? 3U : batch_size == 2 ? 3U : 1U) << "a bounded number";
    }
  }
}

TEST(Segment, RegionsAreAskedForToo) {
  const std::vector<Box> boxes(3, {100, 150, 110, 160});
  const imaging::CtVolume volume = boxes_in_air(320, 320, boxes);
  const SegmentRegion region = {{0, 2}, {148, 98, 14, 14}};
  std::size_t owed = 0, most = 0;
  const SliceNetwork network = bright_is_opaque(0, 0, 1);
  EXPECT_EQ(segment_slices(volume, asked(network, owed, most), 0.5, region),
            segment_slices(volume, network, 0.5, region));
}

TEST(Segment, ABrokenAnswerThatComesLaterIsTheWeightsFaultToo) {
  const imaging::CtVolume volume = boxes_in_air(32, 48, kBoxes);
  std::size_t owed = 0, most = 0;
  SliceNetwork broken = bright_is_opaque(0, 0, 1);
  broken.run = [](const at::Tensor& x) { return x.narrow(1, 0, 1) * std::nan(""); };
  EXPECT_THAT(test::error_line<WeightsError>([&] {
                segment_slices(volume, asked(broken, owed, most), 0.5, whole_region(volume));
              }),
              testing::HasSubstr("slice 1"));
}

}  // namespace
}  // namespace jcs::diagnosis
