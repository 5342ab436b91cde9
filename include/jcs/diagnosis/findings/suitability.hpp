#pragma once
#include <span>
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
namespace jcs::diagnosis {
inline std::vector<Concern> suitability(const imaging::CtVolume&, std::span<const std::uint8_t>) { return {}; }
}
