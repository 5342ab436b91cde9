#pragma once

#include "common/app.hpp"
#include "jcs_diagnose/arguments.hpp"

namespace jcs::app {

/// Diagnoses many studies with networks that are loaded once: those below a folder or in a list
/// (see jcs/cohort). Prints what became of them.
/// @throws Error when studies failed, after all others are done; and what run_cohort() throws
void diagnose_cohort(const DiagnoseArguments& arguments, App& app);

}  // namespace jcs::app
