#pragma once
#include <span>
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
namespace jcs::diagnosis {
inline Findings measure_findings(const imaging::CtVolume&, std::span<const std::uint8_t>, std::span<const std::uint8_t>) { return {}; }
}
