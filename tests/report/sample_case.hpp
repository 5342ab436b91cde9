#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::test {

/// A chest of a few ellipses: body, two lungs, and on the patient's left an opacity in the upper
/// half of the slices. Rows and columns differ, and so do their spacings.
inline imaging::CtVolume sample_volume(int slices = 12, int rows = 48, int columns = 64) {
  imaging::CtVolume volume;
  volume.rows = rows;
  volume.columns = columns;
  volume.row_spacing_mm = 8.0;
  volume.column_spacing_mm = 6.0;
  volume.slice_spacing_mm = 10.0;
  const auto inside = [&](int row, int column, double y, double x, double radius) {
    const double dy = (row + 0.5) / rows - y;
    const double dx = (column + 0.5) / columns - x;
    return dy * dy + dx * dx < radius * radius;
  };
  for (int i = 0; i < slices; ++i) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        std::int16_t hu = -1000;
        hu = inside(row, column, 0.5, 0.5, 0.45) ? 40 : hu;
        hu = inside(row, column, 0.5, 0.3, 0.15) || inside(row, column, 0.5, 0.7, 0.15) ? -850 : hu;
        hu = 2 * i >= slices && inside(row, column, 0.55, 0.7, 0.08) ? -400 : hu;
        volume.hu.push_back(hu);
      }
    }
    imaging::SliceInfo info;
    info.file = "scan/IM" + std::to_string(i) + ".dcm";
    info.sop_instance_uid = "1.2.3." + std::to_string(i);
    info.location_mm = -300.0 + 10.0 * i;
    volume.slices.push_back(info);
  }
  volume.series.patient_name = "DOE^JANE";
  volume.series.patient_id = "P-17";
  volume.series.patient_age = "045Y";
  volume.series.study_date = "20200131";
  volume.series.series_uid = "1.2.3";
  volume.series.series_description = "Thorax 2.0 Lung";
  volume.series.manufacturer = "Maker";
  volume.series.modality = "CT";
  return volume;
}

/// A positive result for sample_volume(): the upper half of the slices is positive and segmented.
inline diagnosis::CaseResult sample_result(const imaging::CtVolume& volume) {
  diagnosis::CaseResult result;
  const std::size_t count = volume.slice_count();
  result.threshold = 3;
  result.segmented = true;
  double area = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    diagnosis::SliceResult slice;
    slice.file = volume.slices[i].file.string();
    slice.sop_instance_uid = volume.slices[i].sop_instance_uid;
    slice.location_mm = volume.slices[i].location_mm;
    slice.positive = 2 * i >= count;
    slice.probability = slice.positive ? 0.9 - 0.01 * static_cast<double>(i) : 0.1;
    std::int64_t pixels = 0;
    for (const std::int16_t hu : volume.slice(i)) {
      const bool opacity = hu == -400;
      result.opacity_mask.push_back(opacity ? 1 : 0);
      pixels += opacity ? 1 : 0;
    }
    slice.opacity_pixels = pixels;
    if (volume.pixel_area_mm2() > 0) {
      slice.opacity_area_mm2 = static_cast<double>(pixels) * volume.pixel_area_mm2();
      area += *slice.opacity_area_mm2;
    }
    result.positive_slices += slice.positive ? 1 : 0;
    result.slices.push_back(slice);
  }
  result.verdict = diagnosis::Verdict::kPositive;
  if (volume.voxel_volume_ml() > 0) {
    result.opacity_volume_ml = area * volume.slice_spacing_mm / 1000.0;
  }
  for (const std::size_t i : {count - 1, count / 2}) {
    diagnosis::ActivationMap map{.slice = i, .values = {}};
    for (std::size_t pixel = 0; pixel < volume.pixels(); ++pixel) {
      map.values.push_back(static_cast<float>(pixel) / static_cast<float>(volume.pixels()));
    }
    result.activation_maps.push_back(map);
  }
  result.activation_reading = "release";
  result.timing = {{"read", 0.5}, {"classify", 1.25}, {"segment", 4.0}};
  result.device = "cpu";
  result.precision = "fp32";
  result.weights = {{"classifier", "cls.safetensors", std::string(64, 'a'), "Res2Net-26"},
                    {"segmenter", "seg.safetensors", std::string(64, 'b'), "VGG-16"}};
  return result;
}

/// The same case as it stands before segmentation: nothing is known of opacities.
inline diagnosis::CaseResult without_segmentation(diagnosis::CaseResult result) {
  result.segmented = false;
  result.opacity_mask.clear();
  result.opacity_volume_ml.reset();
  for (diagnosis::SliceResult& slice : result.slices) {
    slice.opacity_pixels.reset();
    slice.opacity_area_mm2.reset();
  }
  return result;
}

/// What pictures of 8 bits give: grey values without spacing, positions or names.
inline imaging::CtVolume as_pictures(imaging::CtVolume volume) {
  volume.windowed = true;
  volume.row_spacing_mm = volume.column_spacing_mm = volume.slice_spacing_mm = 0;
  for (std::int16_t& value : volume.hu) {
    value = static_cast<std::int16_t>((value + 1000) / 8);
  }
  for (imaging::SliceInfo& slice : volume.slices) {
    slice.location_mm = std::numeric_limits<double>::quiet_NaN();
    slice.sop_instance_uid.clear();
  }
  volume.series = {};
  return volume;
}

}  // namespace jcs::test
