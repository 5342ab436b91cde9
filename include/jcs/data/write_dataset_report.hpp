#pragma once

#include <filesystem>
#include <string>

#include "jcs/data/dataset_report.hpp"

namespace jcs::data {

/// The aggregates as JSON: slices and patients; ages (years), sexes and slice thickness (mm) of
/// patients with DICOM slices, with how many do not say; annotated slices by their number of
/// opacities; width, height and area of opacities (pixels); their centres and the covered share of
/// annotated slices (shares of the picture). Each of these figures comes with count, minimum,
/// quartiles (linear between neighbours), maximum, mean and a histogram of the bins that hold
/// something; null where nothing was counted.
std::string to_json(const DatasetReport& report);

/// The same for a terminal: a few lines of text.
std::string to_table(const DatasetReport& report);

/// One line for each opacity: `image,patient,slice,area,x,y,width,height,centre_x,centre_y`, with
/// the upper left corner x, y, width and height of its rectangle in pixels and the centre as shares
/// of the picture. `manifest` is the one that the report was made of.
/// @throws OutputError
void write_opacities(const std::filesystem::path& file, const DatasetReport& report,
                     const Manifest& manifest);

}  // namespace jcs::data
