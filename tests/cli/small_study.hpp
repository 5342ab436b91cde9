#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/dicom_writer.hpp"

#include "support/process.hpp"
#include "support/simple_chest.hpp"

namespace jcs::test {

/// A chest CT of small slices, 8 x 6 x 2 mm, every one of them different.
inline imaging::CtVolume small_volume(int slices, int rows = 48, int columns = 64) {
  imaging::CtVolume volume;
  volume.rows = rows;
  volume.columns = columns;
  volume.row_spacing_mm = 8.0;
  volume.column_spacing_mm = 6.0;
  volume.slice_spacing_mm = 2.0;
  volume.series.modality = "CT";
  volume.series.patient_id = "SMALL";
  volume.series.study_uid = "1.2.826.0.1.3680043.10.1";
  volume.series.series_uid = "1.2.826.0.1.3680043.10.1.1";
  volume.series.series_number = 3;
  volume.series.image_type = "ORIGINAL\\PRIMARY\\AXIAL";
  for (int i = 0; i < slices; ++i) {
    imaging::SliceInfo& slice = volume.slices.emplace_back();
    slice.location_mm = 2.0 * i;
    slice.position = {0.0, 0.0, 2.0 * i};
    for (std::size_t pixel = 0; pixel < volume.pixels(); ++pixel) {
      const double y = (static_cast<double>(pixel / columns) + 0.5) / rows;
      const double x = (static_cast<double>(pixel % columns) + 0.5) / columns;
      const auto noise = static_cast<int>((pixel * 7 + static_cast<std::size_t>(i) * 131) % 50);
      volume.hu.push_back(static_cast<std::int16_t>(simple_chest(y, x) + noise));
    }
  }
  return volume;
}

/// The volume without one of its slices.
inline imaging::CtVolume without_slice(imaging::CtVolume volume, std::size_t index) {
  volume.slices.erase(volume.slices.begin() + static_cast<std::ptrdiff_t>(index));
  const auto first = volume.hu.begin() + static_cast<std::ptrdiff_t>(index * volume.pixels());
  volume.hu.erase(first, first + static_cast<std::ptrdiff_t>(volume.pixels()));
  return volume;
}

/// Replaces the first `from` in a file's bytes. @throws when it is not there.
inline void replace_in_file(const std::filesystem::path& file, const std::string& from,
                            const std::string& to) {
  std::string bytes = content_of(file);
  const std::size_t at = bytes.find(from);
  if (at == std::string::npos) {
    throw std::runtime_error(file.string() + " does not hold what is to be replaced");
  }
  bytes.replace(at, from.size(), to);
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Gives a DICOM file in explicit little endian another rescale slope.
inline void set_rescale_slope(const std::filesystem::path& file, std::string slope) {
  slope += slope.size() % 2 == 0 ? "" : " ";
  const std::string tag(
      "\x28\x00\x53\x10"
      "DS",
      6);
  replace_in_file(file, tag + std::string("\x02\x00", 2) + "1 ",
                  tag + std::string{static_cast<char>(slope.size()), '\0'} + slope);
}

}  // namespace jcs::test
