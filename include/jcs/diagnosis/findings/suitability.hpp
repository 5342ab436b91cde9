#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jcs/diagnosis/result/findings.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

// The codes of concerns
//
// Decisive, no verdict is given:
//   not_axial     coronal, sagittal or oblique slices: the networks know axial ones
//   uncalibrated  the values are no Hounsfield units: no air or no soft tissue where they should be
//   head          no lungs, and a body as small as a head
//   abdomen       no lungs, or lungs in few slices only, in a larger body
//   no_lungs      no lungs, and the body does not say more
// Others, said beside the verdict:
//   windowed      8-bit pictures: a window is burnt in, so none of the above can be checked
//   no_geometry   the distance of the pixels is not known: lungs cannot be looked for
//   partial_chest the series ends inside the lungs, or shows them in a part of its slices
//   one_lung      the other is not found: white, collapsed or removed; shares leave it out
//   turned        slices are stored turned or mirrored, as of a patient who lies prone: networks
//                 see them upright, pictures show them as they are stored
//   few_slices    fewer than 20 slices
//   wide_gaps     slices, or those of a part of the series, further apart than 5.5 mm
//   contrast      contrast medium in heart and great vessels

/// What speaks against a verdict on this series, most important first. It rests on a look at the
/// values and the lungs, not on what the header calls the series: headers err.
/// @param lung_mask [slice][row][column]; empty: no lungs were found
/// @throws InputError when the mask is not of this volume
std::vector<Concern> suitability(const imaging::CtVolume& volume,
                                 std::span<const std::uint8_t> lung_mask);

}  // namespace jcs::diagnosis
