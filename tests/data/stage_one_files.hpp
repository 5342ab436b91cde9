#pragma once

#include <random>

#include "data/mat_writer.hpp"

namespace jcs::test {

/// A file of random stage-1 features of a slice of rows x columns.
inline void write_features(const std::filesystem::path& file, std::size_t rows, std::size_t columns,
                           unsigned seed) {
  std::mt19937 engine(seed);
  const auto any = [&](std::size_t, std::size_t, std::size_t) { return engine() % 60; };
  MatWriter mat(file);
  mat.features("vgg_feats", {1, 64, rows, columns}, any);
  mat.features("res2net_feats", {1, 64, (rows + 1) / 2, (columns + 1) / 2}, any);
}

}  // namespace jcs::test
