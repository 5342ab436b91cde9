#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jcs::diagnosis {

/// A lung; the value stands for it in a lung mask, where 0 is all else.
enum class Side : std::uint8_t {
  kRight = 1,  ///< the patient's
  kLeft = 2
};

/// Where along the body, in thirds of the height of both lungs together.
enum class Third { kUpper, kMiddle, kLower };

/// Peripheral: nearer to the outer surface of the lung than kPeripheralMm.
enum class Depth { kPeripheral, kCentral };

/// How much of the lungs is opaque: none, up to 25, 50, 75 and 100 % of their volume, the usual
/// five bands of chest CT.
enum class Severity { kNone, kMinimal, kMild, kModerate, kSevere };

/// Between ground-glass opacity (below) and consolidation (from here on), HU.
inline constexpr double kConsolidationHu = -300.0;
/// Depth of the lung's periphery, mm.
inline constexpr double kPeripheralMm = 20.0;
/// Smaller opacities are counted and summed up, not described one by one, ml.
inline constexpr double kSmallestLesionMl = 0.1;

/// One lung and what of it is opaque.
struct LungFinding {
  Side side = Side::kRight;
  double volume_ml = 0.0;  ///< air, tissue and opacities
  // Nothing where opacities were not outlined.
  std::optional<double> opacity_ml;     ///< of the outlined opacities what lies in this lung
  std::optional<double> opacity_share;  ///< 0 … 1, of the lung's volume
};

/// One opacity: outlined voxels that touch by faces, edges or corners, at least kSmallestLesionMl.
struct Lesion {
  int number = 0;  ///< from 1, the largest first
  double volume_ml = 0.0;
  std::array<double, 3> extent_mm{};  ///< across the columns, the rows and the slices
  // Nothing where the voxels are grey values of pictures.
  std::optional<double> mean_hu;
  std::optional<double> ground_glass_ml;   ///< below kConsolidationHu
  std::optional<double> consolidation_ml;  ///< the rest
  /// Of mass, patient coordinates (LPS); nothing where the positions of the slices are not known.
  std::optional<std::array<double, 3>> centre_mm;
  std::size_t first_slice = 0;    ///< index of the lowest slice
  std::size_t last_slice = 0;     ///< index of the highest slice
  std::size_t largest_slice = 0;  ///< index of the slice that shows most of it
  std::array<int, 4> box{};       ///< in-plane: first row, first column, rows, columns
  std::optional<Side> side;  ///< nothing: most of it lies outside the lungs, or none were found
  std::optional<double> share_of_lung;  ///< 0 … 1, of that lung's volume; what lies in it alone
  std::optional<Third> third;           ///< of its centre; nothing without side
  std::optional<Depth> depth;           ///< of most of its voxels in the lung; nothing without side
};

/// What the opacities amount to in clinical terms. All of it needs the spacing of pixels and slices
/// and is empty without it. Pictures of 8 bits that have one (NIfTI) have sizes and places, but no
/// lungs, and nothing that rests on Hounsfield units.
struct Findings {
  std::vector<LungFinding> lungs;        ///< right and left, or neither
  std::string no_lungs;                  ///< why there are none; empty where there are
  std::optional<double> lung_volume_ml;  ///< of both
  // Nothing where opacities were not outlined, the first three also where lungs were not found.
  std::optional<double> opacity_in_lungs_ml;
  std::optional<double> opacity_share;       ///< opacity_in_lungs_ml of lung_volume_ml, 0 … 1
  std::optional<Severity> severity;          ///< band of opacity_share
  std::optional<double> opacity_outside_ml;  ///< outlined, but in neither lung
  // Of all that is outlined; nothing where that are grey values of pictures.
  std::optional<double> ground_glass_ml;
  std::optional<double> consolidation_ml;
  std::vector<Lesion> lesions;      ///< the largest first
  std::size_t smaller_lesions = 0;  ///< number of those below kSmallestLesionMl
  double smaller_lesions_ml = 0.0;  ///< volume of these together
};

/// Something about the series that speaks against a verdict on it.
struct Concern {
  std::string code;       ///< stable, for programs: see diagnosis/findings/suitability.hpp
  std::string text;       ///< one sentence for readers, with the figures it rests on
  bool decisive = false;  ///< no verdict may be given: it becomes undetermined
};

constexpr const char* to_text(Side side) { return side == Side::kRight ? "right" : "left"; }

constexpr const char* to_text(Third third) {
  switch (third) {
    case Third::kUpper:
      return "upper";
    case Third::kMiddle:
      return "middle";
    case Third::kLower:
      break;
  }
  return "lower";
}

constexpr const char* to_text(Depth depth) {
  return depth == Depth::kPeripheral ? "peripheral" : "central";
}

/// The band as readers write it, per cent of the lungs.
constexpr const char* to_text(Severity severity) {
  switch (severity) {
    case Severity::kNone:
      return "0 %";
    case Severity::kMinimal:
      return "1-25 %";
    case Severity::kMild:
      return "26-50 %";
    case Severity::kModerate:
      return "51-75 %";
    case Severity::kSevere:
      break;
  }
  return "76-100 %";
}

}  // namespace jcs::diagnosis
