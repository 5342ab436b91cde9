#include "slices.hpp"

#include <algorithm>
#include <future>

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/data/read_slice.hpp"

namespace jcs::evaluation {

namespace {

std::string size_text(const cv::Mat& picture) {
  return std::to_string(picture.cols) + "x" + std::to_string(picture.rows);
}

Slice read(const data::Manifest& manifest, std::size_t index, const std::string& name,
           const Preprocessing& preprocessing) {
  const data::ManifestEntry& entry = manifest.entries[index];
  Slice slice;
  slice.entry = index;
  slice.name = name;
  try {
    slice.grey = data::read_slice(entry, preprocessing);
    slice.mask = data::read_slice_mask(entry);
    slice.spacing = imaging::pixel_spacing(entry.image);
  } catch (const InputError& error) {
    throw InputError({error.what(), place_of(manifest, index)});
  }
  if (!slice.mask.empty() && slice.mask.size() != slice.grey.size()) {
    throw InputError({"mask and picture differ in size", place_of(manifest, index),
                      size_text(slice.grey), size_text(slice.mask)});
  }
  return slice;
}

}  // namespace

void for_each_chunk(const data::Manifest& manifest, std::span<const std::size_t> entries,
                    std::span<const std::string> names, const Preprocessing& preprocessing,
                    std::size_t chunk, const std::stop_token& stop,
                    const std::function<void(std::vector<Slice>&)>& use) {
  const std::size_t step = std::max<std::size_t>(chunk, 1);
  const auto prepare = [&](std::size_t first) {
    std::vector<Slice> slices;
    for (const std::size_t index : entries.subspan(first, std::min(step, entries.size() - first))) {
      slices.push_back(read(manifest, index, names[index], preprocessing));
    }
    return slices;
  };
  if (entries.empty()) {
    return;
  }
  std::future<std::vector<Slice>> ahead = std::async(prepare, std::size_t{0});
  for (std::size_t first = 0; first < entries.size(); first += step) {
    throw_if_stopped(stop);
    std::vector<Slice> slices = ahead.get();
    if (first + step < entries.size()) {
      ahead = std::async(prepare, first + step);
    }
    use(slices);
  }
}

void for_each_size(
    std::span<Slice> slices, const Preprocessing& preprocessing,
    const std::function<void(std::span<Slice>, const imaging::Fit&, const at::Tensor&)>& use) {
  while (!slices.empty()) {
    const cv::Size size = slices.front().grey.size();
    const auto other = std::find_if(slices.begin(), slices.end(),
                                    [&](const Slice& slice) { return slice.grey.size() != size; });
    const auto alike = slices.first(static_cast<std::size_t>(other - slices.begin()));
    const imaging::Fit fit = imaging::fit(size.height, size.width, preprocessing);
    at::Tensor input = torch::empty(
        {static_cast<std::int64_t>(alike.size()), 3, fit.input_rows, fit.input_columns},
        torch::kFloat32);
    float* out = input.mutable_data_ptr<float>();
    for (const Slice& slice : alike) {
      imaging::normalise(imaging::apply(fit, slice.grey), preprocessing, out);
      out += 3 * static_cast<std::ptrdiff_t>(fit.input_rows) * fit.input_columns;
    }
    use(alike, fit, input);
    slices = slices.subspan(alike.size());
  }
}

std::string place_of(const data::Manifest& manifest, std::size_t entry) {
  return manifest.file.string() + ":" + std::to_string(manifest.entries[entry].line);
}

}  // namespace jcs::evaluation
