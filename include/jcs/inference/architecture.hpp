#pragma once

#include <string>

#include "jcs/models/options.hpp"

namespace jcs::inference {

/// A network's architecture in a few words for reports: `Res2Net-101 v1b 26w 4s`. The depth counts
/// convolutions and the linear layer along the deepest path, as the names of the field do.
std::string architecture(const models::Res2NetOptions& options);
std::string architecture(const models::ClassifierOptions& options);
/// `VGG-16 with batch norm, EFM, AFF`, and what is fused: `…, fused (release) with Res2Net-101 …`.
/// The networks of Table VII: `DSS on VGG-16`, `U-Net, width 8`.
std::string architecture(const models::SegmenterOptions& options);

}  // namespace jcs::inference
