#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace jcs::data {

/// One array of a stage-1 file as it is stored: whole numbers, 20 times the features.
struct StoredFeatures {
  std::int64_t channels = 0, rows = 0, columns = 0;
  std::vector<std::uint8_t> values;  ///< [channel][row][column]
};

/// What a stage-1 file of COVID-CS holds for one slice.
struct StageOneFile {
  StoredFeatures vgg;      ///< `vgg_feats`, 64 x H x W: behind conv1_2 of the encoder
  StoredFeatures res2net;  ///< `res2net_feats`, 64 x ceil(H/2) x ceil(W/2): behind the stem
};

/// Reads the `.mat` file that COVID-CS publishes in place of a slice: MATLAB 5, compressed or
/// not. Each field is uint8 of 64 x H x W, with or without a leading dimension of 1, H and W at
/// most 2048.
/// @throws InputError naming the file: no MAT file or one of version 7.3, damage, a field missing,
/// of another type or shape, two fields whose sizes do not belong together, a file that ends too
/// early.
StageOneFile read_stage_one_file(const std::filesystem::path& file);

}  // namespace jcs::data
