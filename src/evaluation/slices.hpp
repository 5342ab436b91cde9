#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/imaging/fit.hpp"
#include "jcs/imaging/pixel_spacing.hpp"

namespace jcs::evaluation {

/// One slice on its way to a network.
struct Slice {
  std::size_t entry = 0;  ///< of the manifest
  std::string name;
  cv::Mat grey;  ///< CV_8UC1
  cv::Mat mask;  ///< CV_8UC1 of 0 and 1; empty: not annotated
  imaging::PixelSpacing spacing;
};

/// Reads the slices `entries` of a manifest, `chunk` at a time, in another thread while `use` works
/// with the ones before. @throws InputError naming the manifest's line; Interrupted.
void for_each_chunk(const data::Manifest& manifest, std::span<const std::size_t> entries,
                    std::span<const std::string> names, const Preprocessing& preprocessing,
                    std::size_t chunk, const std::stop_token& stop,
                    const std::function<void(std::vector<Slice>&)>& use);

/// Calls `use` with consecutive slices of one size and the network's input that they make, float
/// [n, 3, h, w].
void for_each_size(
    std::span<Slice> slices, const Preprocessing& preprocessing,
    const std::function<void(std::span<Slice>, const imaging::Fit&, const at::Tensor&)>& use);

/// `file:line`
std::string place_of(const data::Manifest& manifest, std::size_t entry);

}  // namespace jcs::evaluation
