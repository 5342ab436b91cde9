#pragma once

#include <string>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::report {

/// The end of the body that a direction (patient coordinates, LPS) points to: one of the letters
/// L R P A H F as on a viewer's edge, or "" when the direction lies between two of them.
std::string edge_letter(const imaging::Vec3& direction);

/// "head", "left side" and so on for edge_letter(); "" likewise.
std::string edge_name(const imaging::Vec3& direction);

/// "Sagittal", "Coronal" or "Axial": the plane that this direction is the normal of; "" for one
/// between them.
std::string plane_name(const imaging::Vec3& normal);

imaging::Vec3 opposite(const imaging::Vec3& direction);

/// Whether the volume says how it lies in the body: pictures of 8 bits don't, nor do DICOM files
/// that name no orientation.
bool orientation_known(const imaging::CtVolume& volume);

}  // namespace jcs::report
