#pragma once

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::report {

/// @throws InputError when the result cannot have come from this volume.
void require_consistent(const diagnosis::CaseResult& result, const imaging::CtVolume& volume);

}  // namespace jcs::report
