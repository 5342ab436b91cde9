#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// The lungs of an axial chest CT.
struct Lungs {
  /// [slice][row][column] as CtVolume::hu: 1 the patient's right lung, 2 the left one, else 0.
  /// Vessels and opacities inside the lungs belong to them, the trachea and main bronchi do not.
  /// Empty where `missing` says something.
  std::vector<std::uint8_t> mask;
  std::string missing;  ///< why there are none, one sentence
};

/// Finds the lungs by Hounsfield units: air-filled tissue inside the body, without airways and gas,
/// divided into right and left, closed over vessels and over opacities at the chest wall. An
/// opacity as dense as tissue that fills much of a lung is found in part only.
///
/// One lung may be missing (collapsed, removed, white): then the mask holds the other alone. The
/// result does not depend on the number of threads.
/// @throws Interrupted when a stop was asked for.
Lungs find_lungs(const CtVolume& volume, const std::stop_token& stop = {});

}  // namespace jcs::imaging
